#include "app/task_file.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "fakes/temporary_folder.hpp"

namespace flux::app {
namespace {

using std::chrono::hours;

const WallTime now{hours{24 * 365 * 56}};

mcp::KeptTask task(std::string id, WallTime created_at = now) {
    mcp::KeptTask task;
    task.id = std::move(id);
    task.principal = "token:abc";
    task.tool = "demo.wait";
    task.rest = R"({"run_id":7})";
    task.message = "Run 7 of main: queued.";
    task.created_at = created_at;
    task.until = created_at + hours{1};
    return task;
}

struct Opened {
    bool begin(mcp::KeptTask task) {
        std::promise<bool> done;
        file->begin(std::move(task), [&done](bool safe) { done.set_value(safe); });
        return done.get_future().get();
    }
    void end(const std::string& id, const mcp::TaskEnd& end) {
        std::promise<void> done;
        file->end(id, end, [&done] { done.set_value(); });
        done.get_future().get();
    }

    explicit Opened(const std::filesystem::path& path) : file{TaskFile::open(path, pool).value()} {}

    async::BlockingPool pool{1};
    std::shared_ptr<TaskFile> file;
};

TEST(TaskFile, KeepsTasksAndHowTheyEnded) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "tasks.db";
    {
        Opened first{path};
        EXPECT_TRUE(first.begin(task("one")));
        EXPECT_TRUE(first.begin(task("two", now + std::chrono::seconds{1})));
        EXPECT_FALSE(first.begin(task("one"))) << "what is there is not written over";
        first.end("one", {mcp::TaskStatus::failed, "It broke.", R"({"code":1})", now + std::chrono::minutes{2}});
    }
    const auto tasks = Opened{path}.file->load(now);
    ASSERT_EQ(tasks.size(), 2u);
    EXPECT_EQ(tasks[0].id, "one");
    EXPECT_EQ(tasks[0].principal, "token:abc");
    EXPECT_EQ(tasks[0].tool, "demo.wait");
    EXPECT_EQ(tasks[0].rest, R"({"run_id":7})");
    EXPECT_EQ(tasks[0].message, "Run 7 of main: queued.");
    EXPECT_EQ(tasks[0].created_at, now);
    EXPECT_EQ(tasks[0].until, now + hours{1});
    ASSERT_TRUE(tasks[0].end);
    EXPECT_EQ(tasks[0].end->status, mcp::TaskStatus::failed);
    EXPECT_EQ(tasks[0].end->message, "It broke.");
    EXPECT_EQ(tasks[0].end->outcome, R"({"code":1})");
    EXPECT_EQ(tasks[0].end->at, now + std::chrono::minutes{2});
    EXPECT_EQ(tasks[1].id, "two");
    EXPECT_FALSE(tasks[1].end);
}

TEST(TaskFile, ForgetsWhatIsOld) {
    const TemporaryFolder folder;
    Opened opened{folder.path() / "tasks.db"};
    EXPECT_TRUE(opened.begin(task("old")));
    EXPECT_TRUE(opened.file->load(now + hours{1}).empty());
    EXPECT_TRUE(opened.begin(task("new", now + hours{1})));
    const auto left = opened.file->load(now);
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].id, "new");
}

}  // namespace
}  // namespace flux::app
