#pragma once

#include <boost/json/array.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "async/changes.hpp"
#include "async/task.hpp"
#include "base/clock.hpp"
#include "providers/github/api_client.hpp"
#include "providers/github/background.hpp"
#include "providers/github/github_options.hpp"

namespace flux::providers::github {

/// What a reader of a list of runs sees of each, as text: different when one came, moved or went.
std::string fingerprint(const boost::json::array& runs);

/// What happens to any run of the repository, whoever started it. While somebody follows, GitHub's newest runs are
/// asked for, more seldom the longer nothing moves; what the watches over single runs see and what webhooks say counts
/// at once. Thread-safe.
class RunsFeed {
public:
    /// All of them outlive it.
    RunsFeed(const GithubOptions& options, ApiClient& api, Background& background, const Clock& clock)
        : options_{options}, api_{api}, background_{background}, clock_{clock} {}

    /// For somebody who waits: GitHub is asked for as long as one of these is held.
    std::shared_ptr<async::Changes> follow();

    /// The same counter for those who bump it; holding it keeps nothing going.
    const std::shared_ptr<async::Changes>& changes() const { return changes_; }

    /// A webhook said that a run moved: asking may be slow for a while.
    void hooked();

private:
    async::Task<> poll();
    /// Whether somebody follows; else the polling counts as ended.
    bool goes_on();
    /// How long until the next look, after one that brought this.
    std::chrono::milliseconds heed(const Result<boost::json::array>& runs, std::chrono::milliseconds waited);
    async::Task<Result<boost::json::array>> newest();

    const GithubOptions& options_;
    ApiClient& api_;
    Background& background_;
    const Clock& clock_;
    const std::shared_ptr<async::Changes> changes_ = std::make_shared<async::Changes>();

    std::mutex mutex_;
    std::weak_ptr<std::shared_ptr<async::Changes>> followers_;
    bool polling_ = false;
    std::string print_;
    std::optional<SteadyTime> hooked_at_;
};

}  // namespace flux::providers::github
