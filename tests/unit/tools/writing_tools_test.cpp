#include <gmock/gmock.h>

#include <array>

#include "unit/tools/tool_bench.hpp"

namespace flux::tools {
namespace {

using testing::HasSubstr;

TEST(CreatePreview, GivesTheOldClientsTheirJsonAsText) {
    ToolBench bench;

    const auto answered =
        bench.call("builds.createPreview", R"({"branch":"main","payload":{"env":"x","n":2,"b":true}})");

    ASSERT_FALSE(answered.is_error);
    const auto text = boost::json::parse(answered.text).as_object();
    EXPECT_EQ(text, answered.structured);
    for (const auto* member :
         {"run_id", "status", "html_url", "created_at", "head_branch", "reused", "preview", "next"}) {
        EXPECT_TRUE(text.contains(member)) << member;
    }
    EXPECT_LE(text.at("next").as_array().size(), 2U);
    ASSERT_EQ(bench.provider.created.size(), 1U);
    const auto& request = bench.provider.created.front();
    EXPECT_EQ(request.principal, "local");
    EXPECT_EQ(std::get<std::string>(request.inputs.at(0).second), "x");
    EXPECT_EQ(std::get<double>(request.inputs.at(1).second), 2);
    EXPECT_EQ(std::get<bool>(request.inputs.at(2).second), true);
}

TEST(CreatePreview, StartsNothingForBadArguments) {
    struct Row {
        const char* name;
        const char* arguments;
        const char* says;
    };
    const std::array rows{
        Row{"no branch", "{}", "branch"},
        Row{"branch not text", R"({"branch":7})", "branch"},
        Row{"dots in the branch", R"({"branch":"a..b"})", ".."},
        Row{"a dash in front", R"({"branch":"-rf"})", "dash"},
        Row{"a space", R"({"branch":"a b"})", "a b"},
        Row{"unknown member", R"({"branch":"main","brunch":1})", "brunch"},
        Row{"payload not an object", R"({"branch":"main","payload":[1]})", "payload"},
        Row{"nested payload", R"({"branch":"main","payload":{"deep":{"x":1}}})", "payload.deep"},
        Row{"null in the payload", R"({"branch":"main","payload":{"gone":null}})", "payload.gone"},
        Row{"waits too long", R"({"branch":"main","wait_s":46})", "wait_s"},
        Row{"empty key", R"({"branch":"main","idempotency_key":""})", "idempotency_key"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        ToolBench bench;

        const auto answered = bench.call("builds.createPreview", row.arguments);

        EXPECT_TRUE(answered.is_error);
        EXPECT_THAT(answered.text, HasSubstr(row.says));
        EXPECT_TRUE(bench.provider.created.empty());
    }
}

TEST(CreatePreview, SuggestsWhatHelpsAfterAFailure) {
    ToolBench bench;
    bench.provider.next_error = Error{Errc::not_found, "No branch mian. Nearest: main.", "branch_not_found"};

    const auto answered = bench.call("builds.createPreview", R"({"branch":"mian"})");

    EXPECT_TRUE(answered.is_error);
    EXPECT_EQ(answered.error_code(), "branch_not_found");
    EXPECT_THAT(answered.text, HasSubstr("Nearest: main."));
    EXPECT_THAT(answered.text, HasSubstr("builds.list"));
}

TEST(CreatePreview, ADryRunHasNoRunId) {
    ToolBench bench;

    const auto answered = bench.call("builds.createPreview", R"({"branch":"main","dry_run":true})");

    ASSERT_FALSE(answered.is_error);
    EXPECT_TRUE(answered.structured.at("run_id").is_null());
    EXPECT_TRUE(bench.provider.created.front().dry_run);
}

TEST(CreatePreview, KeepsToTheOperatorsLists) {
    ToolBench bench;
    bench.policy.branches = {"feature/*"};

    EXPECT_EQ(bench.call("builds.createPreview", R"({"branch":"main"})").error_code(), "branch_not_allowed");
    EXPECT_FALSE(bench.call("builds.createPreview", R"({"branch":"feature/a/b"})").is_error);
}

TEST(CreatePreview, KeepsToTheListOfWorkflows) {
    struct Row {
        const char* name;
        const char* arguments;
        bool allows;
    };
    const std::array rows{
        // That the default is on the list is seen to when the server starts.
        Row{"the default", R"({"branch":"main"})", true},
        Row{"one on the list", R"({"branch":"main","workflow":"preview-a.yml"})", true},
        Row{"one that isn't", R"({"branch":"main","workflow":"release.yml"})", false},
        Row{"by its path", R"({"branch":"main","workflow":".github/workflows/release.yml"})", false},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        ToolBench bench;
        bench.policy.workflows = {"deploy.yml", "preview-*.yml"};

        const auto answered = bench.call("builds.createPreview", row.arguments);

        EXPECT_EQ(answered.is_error, !row.allows) << answered.text;
        EXPECT_EQ(bench.provider.created.size(), row.allows ? 1U : 0U);
        if (answered.is_error) {
            EXPECT_EQ(answered.error_code(), "workflow_not_allowed");
        }
    }
}

TEST(Rerun, KeepsToTheOperatorsLists) {
    struct Row {
        const char* name;
        std::vector<std::string> branches;
        std::vector<std::string> workflows;
        const char* refusal;  // empty: it runs
    };
    const std::array rows{
        Row{"no lists", {}, {}, ""},
        Row{"both allow it", {"ma*"}, {"deploy.yml"}, ""},
        Row{"another branch", {"feature/*"}, {}, "branch_not_allowed"},
        Row{"another workflow", {"main"}, {"preview.yml"}, "workflow_not_allowed"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        ToolBench bench;
        bench.provider.add_run(7, builds::Conclusion::failure);
        bench.policy.branches = row.branches;
        bench.policy.workflows = row.workflows;

        const auto answered = bench.call("builds.rerun", R"({"run_id":7})");

        EXPECT_EQ(answered.is_error, *row.refusal != '\0') << answered.text;
        if (answered.is_error) {
            EXPECT_EQ(answered.error_code(), row.refusal);
        }
        EXPECT_EQ(bench.provider.rerun_requests.size(), answered.is_error ? 0U : 1U);
    }
}

TEST(Rerun, ASiteWithoutAWorkflowHasNoneToRefuse) {
    ToolBench bench;
    bench.provider.add_run(7, builds::Conclusion::failure).workflow_file.clear();
    bench.policy.workflows = {"preview.yml"};

    EXPECT_FALSE(bench.call("builds.rerun", R"({"run_id":7})").is_error);
}

TEST(RemovePreview, OfARunKeepsToTheBranchesToo) {
    ToolBench bench;
    bench.provider.add_run(7, builds::Conclusion::success);
    bench.policy.branches = {"feature/*"};

    EXPECT_EQ(bench.call("builds.removePreview", R"({"run_id":7})").error_code(), "branch_not_allowed");
    EXPECT_TRUE(bench.provider.removed.empty());
    bench.policy.branches = {"ma*"};
    EXPECT_FALSE(bench.call("builds.removePreview", R"({"run_id":7})").is_error);
}

TEST(Cancel, StopsTheRunThatAUrlNames) {
    ToolBench bench;
    bench.provider.add_run(7, builds::Conclusion::cancelled);

    const auto answered = bench.call("builds.cancel", R"({"run_id":"http://127.0.0.1:8787/runs/7?tab=log"})");

    ASSERT_FALSE(answered.is_error);
    EXPECT_EQ(bench.provider.cancelled, std::vector<builds::RunId>{7});
    EXPECT_EQ(answered.structured.at("run_id").as_int64(), 7);
}

TEST(Cancel, HandsOnWhatTheProviderSaysOfIt) {
    ToolBench bench;
    auto& run = bench.provider.add_run(7, builds::Conclusion::success);
    run.status = builds::Status::in_progress;
    run.conclusion.reset();
    run.notes = {"It is being cancelled already. If it still runs in half a minute, cancel it again."};

    const auto answered = bench.call("builds.cancel", R"({"run_id":7})");

    EXPECT_THAT(answered.text, HasSubstr("cancel it again"));
    EXPECT_THAT(answered.text, HasSubstr("builds.status"));
}

TEST(Cancel, SaysWhatARunIdIs) {
    for (const auto* arguments :
         {R"({"run_id":"main"})", R"({"run_id":0})", R"({"run_id":1.5})", R"({"run_id":true})",
          R"({"run_id":"9007199254740992"})", R"({"run_id":[]})", R"({"run_id":"…/runs/"})", R"({})"}) {
        SCOPED_TRACE(arguments);
        ToolBench bench;

        const auto answered = bench.call("builds.cancel", arguments);

        EXPECT_TRUE(answered.is_error);
        EXPECT_EQ(answered.error_code(), "invalid_argument");
        EXPECT_THAT(answered.text, HasSubstr("run_id"));
        EXPECT_TRUE(bench.provider.cancelled.empty());
    }
}

TEST(Rerun, RunsTheFailedJobsUnlessToldOtherwise) {
    ToolBench bench;
    bench.provider.add_run(7, builds::Conclusion::failure);

    bench.call("builds.rerun", R"({"run_id":7})");
    bench.call("builds.rerun", R"({"run_id":"7","failed_only":false,"debug":true})");

    ASSERT_EQ(bench.provider.rerun_requests.size(), 2U);
    EXPECT_TRUE(bench.provider.rerun_requests[0].failed_only);
    EXPECT_FALSE(bench.provider.rerun_requests[1].failed_only);
    EXPECT_TRUE(bench.provider.rerun_requests[1].debug);
}

TEST(RemovePreview, WantsOneOfBranchAndRun) {
    ToolBench bench;

    EXPECT_TRUE(bench.call("builds.removePreview", "{}").is_error);
    EXPECT_TRUE(bench.call("builds.removePreview", R"({"branch":"a","run_id":1})").is_error);
    EXPECT_FALSE(bench.call("builds.removePreview", R"({"branch":"main"})").is_error);
    ASSERT_EQ(bench.provider.removed.size(), 1U);
}

TEST(Catalog, HidesTheWritingToolsWhereOnlyReadingIsAllowed) {
    ToolBench bench;
    bench.policy.read_only = true;

    const auto catalog = make_catalog(bench.provider, bench.clock, bench.pool, bench.policy);

    ASSERT_EQ(catalog.tools.size(), 5U);
    for (const auto& tool : catalog.tools) EXPECT_TRUE(tool.annotations.read_only) << tool.name;
}

}  // namespace
}  // namespace flux::tools
