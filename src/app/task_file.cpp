#include "app/task_file.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include "observe/log.hpp"

namespace flux::app {

namespace {

constexpr std::array<std::string_view, 1> migrations{R"sql(
CREATE TABLE task (
    id TEXT PRIMARY KEY, principal TEXT NOT NULL, tool TEXT NOT NULL, rest TEXT NOT NULL, message TEXT NOT NULL,
    created_at INTEGER NOT NULL, until INTEGER NOT NULL, status TEXT, end_message TEXT, outcome TEXT,
    ended_at INTEGER) WITHOUT ROWID;
CREATE INDEX task_by_time ON task (until);
)sql"};

std::int64_t to_field(WallTime time) { return time.time_since_epoch().count(); }
WallTime from_field(std::int64_t field) { return WallTime{std::chrono::microseconds{field}}; }

mcp::KeptTask task_from(const store::Statement& row) {
    mcp::KeptTask task;
    task.id = row.text(0);
    task.principal = row.text(1);
    task.tool = row.text(2);
    task.rest = row.text(3);
    task.message = row.text(4);
    task.created_at = from_field(row.integer(5));
    task.until = from_field(row.integer(6));
    if (row.is_null(7)) return task;
    mcp::TaskEnd end;
    end.status = mcp::task_status(row.text(7)).value_or(mcp::TaskStatus::cancelled);
    end.message = row.text(8);
    end.outcome = row.text(9);
    end.at = from_field(row.integer(10));
    task.end = std::move(end);
    return task;
}

}  // namespace

Result<std::shared_ptr<TaskFile>> TaskFile::open(const std::filesystem::path& file, async::BlockingPool& pool) {
    auto database = store::Database::open(file, migrations);
    if (!database) return fail(std::move(database.error()));
    return std::shared_ptr<TaskFile>{new TaskFile{*std::move(database), pool}};
}

std::vector<mcp::KeptTask> TaskFile::load(WallTime now) {
    std::vector<mcp::KeptTask> tasks;
    try {
        auto transaction = database_->read();
        auto rows = transaction.query(
            "SELECT id, principal, tool, rest, message, created_at, until, status, end_message, outcome, ended_at "
            "FROM task WHERE until > ? ORDER BY created_at",
            to_field(now));
        while (rows.step()) tasks.push_back(task_from(rows));
    } catch (const store::DatabaseFailure& failure) {
        // A server without its clients' tasks is better than none.
        observe::log::error("tasks can't be read", {{"error", failure.what()}});
    }
    return tasks;
}

void TaskFile::begin(mcp::KeptTask task, std::function<void(bool)> done) {
    auto work = [task = std::move(task)](store::Transaction& transaction) {
        transaction.run("DELETE FROM task WHERE until <= ?", to_field(task.created_at));
        transaction.run(
            "INSERT INTO task (id, principal, tool, rest, message, created_at, until) VALUES (?, ?, ?, ?, ?, ?, ?)",
            task.id, task.principal, task.tool, task.rest, task.message, to_field(task.created_at),
            to_field(task.until));
    };
    write(std::move(work), std::move(done));
}

void TaskFile::end(std::string id, mcp::TaskEnd end, std::function<void()> done) {
    auto work = [id = std::move(id), end = std::move(end)](store::Transaction& transaction) {
        transaction.run("UPDATE task SET status = ?, end_message = ?, outcome = ?, ended_at = ? WHERE id = ?",
                        mcp::name_of(end.status), end.message, end.outcome, to_field(end.at), id);
    };
    write(std::move(work), [done = std::move(done)](bool) { done(); });
}

void TaskFile::write(std::function<void(store::Transaction&)> work, std::function<void(bool)> done) {
    auto job = [database = database_, work = std::move(work), done] {
        bool safe = false;
        try {
            auto transaction = database->write();
            work(transaction);
            transaction.commit();
            safe = true;
        } catch (const store::DatabaseFailure& failure) {
            observe::log::error("a task can't be written down", {{"error", failure.what()}});
        }
        done(safe);
    };
    try {
        pool_.post(std::move(job));
    } catch (const std::system_error&) {
        observe::log::error("a task can't be written down", {{"error", "too much else is being written"}});
        done(false);
    }
}

}  // namespace flux::app
