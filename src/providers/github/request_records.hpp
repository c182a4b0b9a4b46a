#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "builds/provider.hpp"
#include "store/database.hpp"

namespace flux::providers::github {

/// A dispatch that was sent, or is about to be: written down before it goes, so that not even a crash makes us start a
/// run twice.
struct RequestRecord {
    enum class State {
        sent,     ///< GitHub may have started a run; which one isn't known
        bound,    ///< `run` is its run
        refused,  ///< no run was started
    };

    std::int64_t id = 0;
    std::string principal;
    std::optional<std::string> key;  ///< the idempotency key
    std::string digest;              ///< of what was asked: branch, workflow, inputs
    std::string workflow_file;
    std::string branch;
    std::string sha;
    std::string correlation;  ///< in the run's title; empty: none
    WallTime sent_at{};       ///< by GitHub's clock
    State state = State::sent;
    builds::RunId run = 0;
};

/// What the provider has to remember, durable: what a member has done is on the disk when it returns. Blocks; throws
/// store::DatabaseFailure. Thread-safe.
class RequestRecords {
public:
    static Result<std::unique_ptr<RequestRecords>> open(const std::filesystem::path& file);

    /// Gives the record its id.
    void add(RequestRecord& record);
    void bind(std::int64_t request, builds::RunId run);
    void refuse(std::int64_t request);
    /// From now on `key` answers with that request.
    void bind_key(const std::string& principal, const std::string& key, const std::string& digest,
                  std::int64_t request);

    /// What the key was used for, if that wasn't refused.
    std::optional<RequestRecord> find_key(const std::string& principal, const std::string& key);
    /// The newest request of the same kind on the same commit since then that wasn't refused.
    std::optional<RequestRecord> find_same(const std::string& principal, const std::string& digest,
                                           const std::string& sha, WallTime since);
    /// Runs that belong to requests since then.
    std::set<builds::RunId> runs_since(WallTime since);

    /// Whether other requests since then wait for a run of the same workflow and branch.
    bool has_rivals(const RequestRecord& record, WallTime since);

    void save_preview(const builds::Preview& preview, int attempt, WallTime now);
    struct KnownPreview {
        builds::Preview preview;
        int attempt = 1;
    };
    std::optional<KnownPreview> find_preview(builds::RunId run);
    /// Newest run first, below `before` (0: all).
    std::vector<builds::Preview> previews(const std::string& branch, const std::string& state, builds::RunId before,
                                          std::size_t limit);

private:
    explicit RequestRecords(std::unique_ptr<store::Database> database) : database_{std::move(database)} {}

    std::unique_ptr<store::Database> database_;
};

}  // namespace flux::providers::github
