#include "providers/local/recovery.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>

#include "provider_fixture.hpp"

namespace flux::providers::local {
namespace {

constexpr const char* endless = R"yaml(on: workflow_dispatch
jobs:
  long:
    runs-on: ubuntu-latest
    steps:
      - run: |
          i=0
          while true; do i=$((i + 1)); echo "line $i"; sleep 0.01; done
)yaml";

class RecoveryTest : public LocalProviderTest {
protected:
    /// A server of its own that makes a run, waits until it has written something, and is killed.
    builds::RunId run_and_kill() {
        std::array<int, 2> pipe{};
        if (::pipe(pipe.data()) != 0) throw std::runtime_error{"pipe"};
        const pid_t child = ::fork();
        if (child == 0) {
            start();
            const auto id = create(request()).value().run.id;
            wait_for_line(id, "long", "line 5");
            if (::write(pipe[1], &id, sizeof id) != sizeof id) ::_exit(1);
            while (true) ::pause();
        }
        ::close(pipe[1]);
        builds::RunId id = 0;
        const auto got = ::read(pipe[0], &id, sizeof id);
        ::close(pipe[0]);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        if (got != sizeof id) throw std::runtime_error{"the server never said which run"};
        return id;
    }
};

TEST_F(RecoveryTest, LosesNothingWhenTheServerIsKilled) {
    repository.workflow(endless);
    const auto id = run_and_kill();

    start();
    const auto over = find(id);

    EXPECT_EQ(over.status, builds::Status::completed);
    EXPECT_EQ(over.conclusion, builds::Conclusion::cancelled);
    EXPECT_EQ(over.reason, "interrupted");
    EXPECT_EQ(over.preview.state, builds::PreviewState::failed);
    const auto job = job_of(over, "long");
    EXPECT_EQ(job.reason, "interrupted");
    for (const auto& step : job.steps) EXPECT_EQ(step.status, builds::Status::completed) << step.name;
    const auto lines = log_of(over, "long");
    EXPECT_EQ(static_cast<std::int64_t>(lines.size()), job.log_lines);
    EXPECT_NE(std::ranges::find(lines, "line 5"), lines.end());
    EXPECT_EQ(lines.back(), "##[error]The job was interrupted: the server stopped.");
    EXPECT_TRUE(std::ranges::any_of(job.steps, [&](const auto& step) { return step.last_line == job.log_lines; }));
    EXPECT_FALSE(std::filesystem::exists(state.path() / "runs" / std::to_string(id) / "1" / "work"));
}

TEST_F(RecoveryTest, KeepsEveryAcknowledgedRunWheneverTheServerIsKilled) {
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: mkdir dist && echo hi > dist/index.html
)yaml");
    std::vector<builds::RunId> acknowledged;
    for (int round = 0; round < 8; ++round) {
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe(pipe.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            start();
            auto fresh = request();
            fresh.fresh = true;
            while (true) {
                const auto id = create(fresh).value().run.id;
                if (::write(pipe[1], &id, sizeof id) != sizeof id) ::_exit(1);
                ended(id);
            }
        }
        ::close(pipe[1]);
        builds::RunId id = 0;
        // The first one says that the server is up; then at any moment.
        if (::read(pipe[0], &id, sizeof id) == sizeof id) acknowledged.push_back(id);
        ::usleep(static_cast<useconds_t>(round) * 37'000);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        while (::read(pipe[0], &id, sizeof id) == sizeof id) acknowledged.push_back(id);
        ::close(pipe[0]);
    }

    start();

    ASSERT_GE(acknowledged.size(), 8U);
    EXPECT_EQ(std::ranges::adjacent_find(acknowledged, std::greater_equal{}), acknowledged.end());
    for (const auto id : acknowledged) {
        SCOPED_TRACE(id);
        const auto over = find(id);
        EXPECT_EQ(over.status, builds::Status::completed);
        const bool served =
            provider->sites().find(over.preview.url.substr(7, over.preview.url.find('.') - 7)).has_value();
        if (over.conclusion == builds::Conclusion::success) {
            EXPECT_TRUE(served);
        } else {
            EXPECT_EQ(over.reason, "interrupted");
        }
    }
}

TEST_F(RecoveryTest, NeverGivesTheIdOfAKilledRunAgain) {
    repository.workflow(endless);
    const auto id = run_and_kill();

    start();
    const auto next = create(request());

    ASSERT_TRUE(next) << next.error().message;
    EXPECT_FALSE(next->reused);
    EXPECT_GT(next->run.id, id);
}

TEST_F(RecoveryTest, LeavesNoProcessOfAKilledServer) {
    const auto mark = "flux-orphan-" + std::to_string(::getpid());
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  long:
    runs-on: ubuntu-latest
    steps:
      - run: |
          (trap '' TERM INT HUP; exec -a )yaml" +
                        mark + R"yaml( sleep 300) &
          until pgrep -f '^)yaml" +
                        mark + R"yaml(' > /dev/null; do sleep 0.01; done
          for i in 1 2 3 4 5; do echo "line $i"; done
          sleep 300
)yaml");
    run_and_kill();

    const auto gone = [&] { return std::system(("pgrep -f '^" + mark + "' >/dev/null").c_str()) != 0; };
    for (int i = 0; i < 500 && !gone(); ++i) ::usleep(10'000);
    EXPECT_TRUE(gone());
}

TEST_F(RecoveryTest, DeletesTheFilesOfRunsThatNobodyKnows) {
    repository.commit("a.txt", "a");
    std::filesystem::create_directories(state.path() / "runs" / "77" / "1");

    start();

    EXPECT_FALSE(std::filesystem::exists(state.path() / "runs" / "77"));
}

TEST_F(RecoveryTest, RefusesASecondOwnerByTheNameOfTheFirst) {
    start();

    const auto second = StateLock::take(state.path(), "another");

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().reason, "state_locked");
    EXPECT_NE(second.error().message.find("the test (process " + std::to_string(::getpid())), std::string::npos)
        << second.error().message;
}

}  // namespace
}  // namespace flux::providers::local
