#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "async/blocking_pool.hpp"
#include "base/result.hpp"
#include "mcp/task_journal.hpp"
#include "store/database.hpp"

namespace flux::app {

/// The tasks of clients in a file of the state folder. Writes on the pool, one after the other; in the order in which
/// it was asked, as far as one task is concerned, because its end is written only when its beginning is there.
class TaskFile final : public mcp::TaskJournal {
public:
    /// Opens or makes the file; `pool` outlives what is asked of it. `unavailable` when the file can't be used. Blocks.
    static Result<std::shared_ptr<TaskFile>> open(const std::filesystem::path& file, async::BlockingPool& pool);

    std::vector<mcp::KeptTask> load(WallTime now) override;
    void begin(mcp::KeptTask task, std::function<void(bool)> done) override;
    void end(std::string id, mcp::TaskEnd end, std::function<void()> done) override;

private:
    TaskFile(std::shared_ptr<store::Database> database, async::BlockingPool& pool)
        : database_{std::move(database)}, pool_{pool} {}

    /// Whether it was done; why not is in the log.
    void write(std::function<void(store::Transaction&)> work, std::function<void(bool)> done);

    const std::shared_ptr<store::Database> database_;
    async::BlockingPool& pool_;
};

}  // namespace flux::app
