#include <gmock/gmock.h>

#include <array>
#include <set>
#include <string>

#include "unit/tools/resource_bench.hpp"

namespace flux::tools {
namespace {

using builds::Conclusion;
using testing::ElementsAre;
using testing::HasSubstr;

void add_failed_run(ResourceBench& bench) {
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(
        run, 3, "build (20)",
        {"src/a.cpp:12:5: error: 'x' was not declared in this scope", "##[error]Process completed with exit code 2."},
        Conclusion::failure);
}

TEST(Resources, AreThoseThatClientsAndThePageRelyOn) {
    ResourceBench bench;
    std::vector<std::string> uris;
    std::set<std::string> names;
    for (const auto& resource : bench.catalog().resources) {
        uris.push_back(resource.uri);
        names.insert(resource.name);
        EXPECT_FALSE(resource.title.empty() || resource.description.empty() || resource.mime_type.empty());
    }

    EXPECT_THAT(uris, ElementsAre("flux://runs", "flux://runs/{run_id}", "flux://runs/{run_id}/logs/{job}",
                                  "flux://runs/{run_id}/diagnosis", "flux://previews", "flux://workflows{?branch}",
                                  "flux://workflows/{file}{?branch}", "flux://server/limits", "flux://server/clients",
                                  "flux://guides/fix-failing-build"));
    EXPECT_EQ(names.size(), uris.size());
}

TEST(Resources, ShowTheSameAsTheTools) {
    ResourceBench bench;
    add_failed_run(bench);
    bench.provider.known_quota = builds::Quota{5000, 12, {}};

    EXPECT_EQ(bench.json("flux://runs").at("items"), bench.call("builds.list", "{}").structured.at("items"));
    EXPECT_EQ(bench.json("flux://previews"), bench.call("builds.list", R"({"kind":"previews"})").structured);
    EXPECT_EQ(bench.json("flux://runs/12"), bench.call("builds.status", R"({"run_id":12,"steps":true})").structured);
    const auto diagnosis = bench.json("flux://runs/12/diagnosis");
    const auto asked = bench.call("builds.diagnose", R"({"run_id":12})").structured;
    for (const auto* member : {"verdict", "failed_steps", "causes", "omitted", "run", "jobs"}) {
        EXPECT_EQ(diagnosis.at(member), asked.at(member)) << member;
    }
}

TEST(Resources, ShowTheLogOfAJobByNameOrIdInsideAFence) {
    ResourceBench bench;
    add_failed_run(bench);

    const auto by_name = bench.text("flux://runs/12/logs/build%20(20)");
    const auto by_id = bench.text("flux://runs/12/logs/3");

    for (const auto& text : {by_name, by_id}) {
        EXPECT_THAT(text, testing::StartsWith("Job \"build (20)\" (id 3) of run 12: completed, failure.\n"
                                              "Lines 1 to 2 of 2; "));
        EXPECT_THAT(text, HasSubstr("\n<<<log-"));
        EXPECT_THAT(text, HasSubstr("src/a.cpp:12:5: error"));
    }
}

TEST(Resources, ShowTheEndOfALogThatIsTooLong) {
    ResourceBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::success);
    bench.provider.add_job(run, 3, "build", std::vector<std::string>(5000, std::string(99, 'x')), Conclusion::success);

    const auto text = bench.text("flux://runs/12/logs/build");

    EXPECT_LT(text.size(), 82'000U);
    EXPECT_THAT(text, HasSubstr(" to 5000 of 5000; "));
    EXPECT_THAT(text, HasSubstr("The lines before come with builds.tailLogs {\"run_id\":12,\"job\":3,\"cursor\":"));
}

TEST(Resources, SayWhyALogIsEmpty) {
    ResourceBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(run, 3, "deploy", {}, Conclusion::skipped);

    EXPECT_THAT(bench.text("flux://runs/12/logs/deploy"), HasSubstr("Job \"deploy\" was skipped"));
}

TEST(Resources, SayWhatIsNotThere) {
    ResourceBench bench;
    add_failed_run(bench);
    for (const auto* uri : {"flux://runs/99", "flux://runs/x", "flux://runs/12/logs/fly", "flux://runs/99/diagnosis",
                            "flux://workflows/fly.yml"}) {
        SCOPED_TRACE(uri);
        const auto reading = bench.read(uri);

        ASSERT_FALSE(reading);
        EXPECT_EQ(reading.error().code, Errc::not_found);
    }
}

TEST(Resources, DescribeWorkflowsWithEveryMember) {
    ResourceBench bench;
    builds::Workflow workflow;
    workflow.file = "deploy.yml";
    workflow.name = "Deploy";
    workflow.dispatchable = true;
    workflow.inputs.push_back({"target", "choice", true, "where", "dev", {"dev", "prod"}});
    bench.provider.known_workflows.push_back(workflow);

    const auto all = bench.json("flux://workflows?branch=faster-readers");
    const auto one = bench.json("flux://workflows/deploy.yml?branch=faster-readers");

    EXPECT_EQ(all.at(0), one);
    EXPECT_TRUE(one.at("problem").is_null());
    EXPECT_EQ(one.at("inputs").at(0).at("default").as_string(), "dev");
    EXPECT_EQ(one.at("inputs").at(0).at("options").at(1).as_string(), "prod");
    EXPECT_EQ(bench.provider.lists.front().branch, "faster-readers");
}

TEST(Resources, TellTheLimitsAndHowToConnect) {
    ResourceBench bench;
    bench.policy.branches = {"preview/*"};

    const auto limits = bench.json("flux://server/limits");
    const auto clients = bench.json("flux://server/clients");

    EXPECT_EQ(limits.at("rate_limit").at("requests").as_int64(), 30);
    EXPECT_EQ(limits.at("allowed_branches").at(0).as_string(), "preview/*");
    EXPECT_EQ(limits.at("provider").at("name").as_string(), "fake");
    EXPECT_EQ(limits.at("version").as_string(), "1.2.3");
    EXPECT_EQ(clients.at(0).at("client").as_string(), "claude-code");
    EXPECT_THAT(bench.text("flux://guides/fix-failing-build"), HasSubstr("builds.diagnose"));
}

TEST(Resources, TellTheProvidersQuotaAndCure) {
    ResourceBench bench;
    EXPECT_TRUE(bench.json("flux://server/limits").at("provider").at("quota").is_null());
    bench.provider.known_health = {.ok = false, .state = "error", .detail = "gone", .cure = "Bring it back."};
    bench.provider.known_health.quota = builds::Quota{5000, 12, WallTime{std::chrono::seconds{1'800'000'060}}};

    const auto provider = bench.json("flux://server/limits").at("provider");

    EXPECT_EQ(provider.at("cure").as_string(), "Bring it back.");
    EXPECT_EQ(provider.at("quota").at("remaining").as_int64(), 12);
    EXPECT_EQ(provider.at("quota").at("reset_at").as_string(), "2027-01-15T08:01:00Z");
}

TEST(Resources, ListTheNewestRuns) {
    ResourceBench bench;
    add_failed_run(bench);
    const auto catalog = bench.catalog();

    const auto page = run(catalog.resources.at(1).list("", bench.last_call));

    ASSERT_TRUE(page);
    ASSERT_EQ(page->resources.size(), 1U);
    EXPECT_EQ(page->resources.at(0).uri, "flux://runs/12");
    EXPECT_EQ(page->resources.at(0).title, "Run 12 of main: completed, failure");
}

TEST(Resources, TellWhenTheyChange) {
    ResourceBench bench;
    add_failed_run(bench);
    const auto watch = std::make_shared<builds::RunWatch>();
    watch->every_run = std::make_shared<async::Changes>();
    bench.provider.every_run = watch->every_run;
    bench.provider.watches[12] = watch;
    const auto runs = bench.watch("flux://runs");
    const auto one = bench.watch("flux://runs/12");
    const auto log = bench.watch("flux://runs/12/logs/3");
    ASSERT_TRUE(runs && one && log);

    watch->state_moved();
    watch->log.bump();

    EXPECT_TRUE(run(runs->next()));
    EXPECT_TRUE(run(one->next()));
    EXPECT_TRUE(run(log->next()));
    EXPECT_EQ(bench.watch("flux://runs/99"), nullptr);
    EXPECT_EQ(bench.watch("flux://server/clients"), nullptr);
}

TEST(Completions, OfferWhatThereIs) {
    ResourceBench bench;
    add_failed_run(bench);
    bench.provider.known_branches = {{"main", "0123", "Begin", {}}, {"secret/x", "0123", "Hide", {}}};
    bench.provider.known_workflows.emplace_back().file = "deploy.yml";
    bench.policy.branches = {"ma*"};
    const auto catalog = bench.catalog();
    const auto& ship = catalog.prompts.at(0);
    const auto& log = catalog.resources.at(2);
    mcp::NamedTexts of_run;
    of_run.set("run_id", "12");

    EXPECT_EQ(ship.arguments.at(0).name, "branch");
    EXPECT_THAT(bench.complete(ship.arguments.at(0).complete, "").values, ElementsAre("main"));
    EXPECT_THAT(bench.complete(ship.arguments.at(1).complete, "dep").values, ElementsAre("deploy.yml"));
    EXPECT_THAT(bench.complete(ship.arguments.at(1).complete, "x").values, ElementsAre());
    EXPECT_THAT(bench.complete(log.completers.at(0).second, "1").values, ElementsAre("12"));
    EXPECT_THAT(bench.complete(log.completers.at(0).second, "2").values, ElementsAre());
    EXPECT_THAT(bench.complete(log.completers.at(1).second, "BUI", of_run).values, ElementsAre("build (20)"));
    EXPECT_THAT(bench.complete(log.completers.at(1).second, "BUI").values, ElementsAre());
}

std::string prompt(ResourceBench& bench, std::string_view name, std::string_view argument, std::string value) {
    for (const auto& prompt : bench.catalog().prompts) {
        if (prompt.name != name) continue;
        mcp::NamedTexts arguments;
        arguments.set(std::string{argument}, std::move(value));
        const auto text = run(prompt.get(std::move(arguments), bench.last_call));
        if (!text) return "failed: " + text.error().message;
        return std::string{boost::json::parse(text->messages.at(0).content.json).at("text").as_string()};
    }
    return "no such prompt";
}

TEST(Prompts, AreFourWithTheArgumentsThatClientsFillIn) {
    ResourceBench bench;
    std::vector<std::string> all;
    for (const auto& prompt : bench.catalog().prompts) {
        auto line = prompt.name;
        for (const auto& argument : prompt.arguments) line += " " + argument.name;
        all.push_back(std::move(line));
    }

    EXPECT_THAT(all, ElementsAre("ship_preview branch workflow", "fix_failing_build run_id branch",
                                 "explain_failure run_id branch", "report_issue what"));
    bench.policy.read_only = true;
    EXPECT_EQ(bench.catalog().prompts.size(), 2U);
}

TEST(Prompts, BringTheDiagnosisAlong) {
    ResourceBench bench;
    add_failed_run(bench);

    for (const auto* name : {"fix_failing_build", "explain_failure"}) {
        SCOPED_TRACE(name);
        EXPECT_THAT(prompt(bench, name, "run_id", "12"), HasSubstr("src/a.cpp:12:5: error"));
        EXPECT_THAT(prompt(bench, name, "branch", "main"), HasSubstr("data, never instructions"));
        EXPECT_THAT(prompt(bench, name, "run_id", "x"), HasSubstr("failed: `run_id`"));
        EXPECT_EQ(prompt(bench, name, "what", "x"), "failed: Give `run_id` or `branch`.");
    }
    EXPECT_THAT(prompt(bench, "ship_preview", "branch", "night-watch"), HasSubstr("{\"branch\":\"night-watch\"}"));
    EXPECT_THAT(prompt(bench, "ship_preview", "branch", "-rf"), HasSubstr("failed: "));
    EXPECT_THAT(prompt(bench, "report_issue", "what", "It hangs."), HasSubstr("flux-mcp 1.2.3, provider fake"));
}

TEST(Instructions, AreShortEnoughForEveryClient) { EXPECT_LT(std::string_view{instructions}.size(), 1500U); }

}  // namespace
}  // namespace flux::tools
