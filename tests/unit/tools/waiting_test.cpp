#include "tools/waiting.hpp"

#include <gmock/gmock.h>

#include "unit/tools/tool_bench.hpp"

namespace flux::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A branch whose run ends well as soon as somebody is told how it goes.
struct Shipping : ToolBench {
    Shipping() {
        provider.watches[1] = std::make_shared<builds::RunWatch>();
        last_call->on_progress = [this] {
            auto& run = provider.known.at(1);
            if (builds::is_over(run)) return;
            run.status = builds::Status::completed;
            run.conclusion = builds::Conclusion::success;
            run.preview.state = builds::PreviewState::reachable;
            ++run.version;
            provider.watches.at(1)->state.bump();
        };
    }
};

TEST(Waiting, IsAsLongAsTheCallerSaidUnlessItHoldsNoRequest) {
    FakeCall call;
    const auto answered_by = call.deadline() - std::chrono::milliseconds{1500};

    EXPECT_LT(wait_end(call, 1), answered_by);
    EXPECT_EQ(wait_end(call, 90), answered_by);
    call.task = true;
    EXPECT_EQ(wait_end(call, 1), answered_by);
}

TEST(Waiting, IsTheRestOfACallWhoseRunIsMade) {
    Shipping bench;

    const auto answered = bench.call("builds.createPreview", R"({"branch":"main","wait_s":45})");

    EXPECT_EQ(bench.last_rest, "Run 1 of main: queued.");
    EXPECT_THAT(bench.last_call->told, ElementsAre("run 1: queued"));
    EXPECT_EQ(answered.structured.at("run_id").as_int64(), 1);
    EXPECT_EQ(answered.structured.at("conclusion").as_string(), "success");
    EXPECT_EQ(answered.structured.at("preview").at("state").as_string(), "reachable");
}

TEST(Waiting, OfATaskSaysInItsStatusWhichRunItIsAndHowItEnded) {
    Shipping bench;
    bench.last_call->task = true;

    bench.call("builds.createPreview", R"({"branch":"main","wait_s":1})");

    EXPECT_THAT(bench.last_call->told,
                ElementsAre("Run 1 of main: queued.",
                            "Run 1 of main: completed, success. Preview: reachable at http://r1.localhost:8788/"));
}

TEST(Waiting, NamesTheStepThatRuns) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, builds::Conclusion::success);
    run.status = builds::Status::in_progress;
    run.conclusion.reset();
    bench.provider.add_job(run, 3, "build", {}, std::nullopt);
    bench.provider.watches[12] = std::make_shared<builds::RunWatch>();
    bench.last_call->on_progress = [&] {
        ++run.version;
        bench.provider.watches.at(12)->state.bump();
    };

    bench.call("builds.status", R"({"run_id":12,"wait_s":45})");

    EXPECT_EQ(bench.last_rest, R"(Run 12 of main: build: step 1 "Run tests" in_progress.)");
}

TEST(Waiting, IsNoRestOfWhatCanBeAnsweredNow) {
    struct Row {
        const char* name;
        const char* tool;
        const char* arguments;
    };
    for (const auto& row : {
             Row{"nobody wants to wait", "builds.createPreview", R"({"branch":"main"})"},
             Row{"a dry run", "builds.createPreview", R"({"branch":"main","wait_s":45,"dry_run":true})"},
             Row{"bad arguments", "builds.createPreview", R"({"branch":"a..b","wait_s":45})"},
             Row{"it is there already", "builds.status", R"({"run_id":12,"wait_s":45,"until":"reachable"})"},
             Row{"it never moves again", "builds.status", R"({"run_id":12,"wait_s":45})"},
             Row{"there is no such run", "builds.status", R"({"run_id":404,"wait_s":45})"},
         }) {
        SCOPED_TRACE(row.name);
        ToolBench bench;
        bench.provider.add_run(12, builds::Conclusion::success);

        bench.call(row.tool, row.arguments);

        EXPECT_THAT(bench.last_rest, IsEmpty());
    }
}

TEST(Waiting, FailsInItsRestAsInItsCall) {
    ToolBench bench;
    bench.provider.add_run(12, builds::Conclusion::success).status = builds::Status::in_progress;
    bench.provider.known.at(12).conclusion.reset();
    bench.provider.watches[12] = std::make_shared<builds::RunWatch>();
    bench.last_call->on_progress = [&] {
        bench.provider.known.erase(12);
        bench.provider.watches.at(12)->state.bump();
    };

    const auto answered = bench.call("builds.status", R"({"run_id":12,"wait_s":45})");

    EXPECT_THAT(bench.last_rest, HasSubstr("Run 12"));
    EXPECT_TRUE(answered.is_error);
    EXPECT_EQ(answered.error_code(), "run_not_found");
}

}  // namespace
}  // namespace flux::tools
