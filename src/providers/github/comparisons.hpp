#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/comparison.hpp"
#include "providers/github/api_client.hpp"

namespace flux::providers::github {

/// The pages of a comparison that hold its newest commits, beside the first, which has the files; oldest first, two at
/// most.
std::vector<std::int64_t> pages_of_newest(std::int64_t total_commits);

/// What GitHub's answers of one comparison say: `first` is page 1, `commits` are oldest first and end with the newest.
builds::Comparison comparison_from(const boost::json::object& first, const boost::json::array& commits);

/// What lies between two commits, asked for once: it never changes. Thread-safe.
class Comparisons {
public:
    /// It outlives this.
    explicit Comparisons(ApiClient& api) : api_{api} {}

    /// At most three requests. Nothing: GitHub knows one of the commits no more, or they have no ancestor in common
    /// (docs.github.com, "Compare two commits").
    async::Task<Result<std::optional<builds::Comparison>>> between(std::string base, std::string head);

private:
    using Pair = std::pair<std::string, std::string>;

    std::optional<builds::Comparison> find(const Pair& pair) const;
    void keep(Pair pair, const builds::Comparison& comparison);

    ApiClient& api_;
    mutable std::mutex mutex_;
    std::map<Pair, builds::Comparison> known_;
    std::deque<Pair> order_;  ///< of `known_`, oldest first
};

}  // namespace flux::providers::github
