#include "tools/annotated_failure.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "unit/tools/tool_bench.hpp"

namespace flux::tools {
namespace {

using builds::Annotation;
using builds::Conclusion;
using testing::HasSubstr;
using testing::Not;

Annotation failure(std::string message) { return {.message = std::move(message)}; }

const std::string unpaid{
    "The job was not started because recent account payments have failed or your spending limit needs to be "
    "increased."};

TEST(AnnotatedFailure, IsTheCauseOfAJobThatHasNoLog) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    auto& job = bench.provider.add_job(run, 3, "build", {}, Conclusion::failure);
    job.steps.clear();
    bench.provider.known_annotations[3] =
        std::vector{failure("Process completed with exit code 1."), failure(unpaid),
                    Annotation{.level = Annotation::Level::warning, .message = "Node 16 is deprecated"}};

    const auto answered = bench.call("builds.diagnose", R"({"run_id":12})");

    ASSERT_FALSE(answered.is_error) << answered.text;
    EXPECT_THAT(answered.text, HasSubstr("ended (failure) without a line"));
    EXPECT_THAT(answered.text, HasSubstr("\n" + unpaid + "\n>>>log-"));
    EXPECT_THAT(answered.text, Not(HasSubstr("exit code 1")));
    EXPECT_THAT(answered.text, Not(HasSubstr("Node 16")));
    const auto& causes = answered.structured.at("causes").as_array();
    ASSERT_EQ(causes.size(), 1U);
    EXPECT_EQ(causes[0].at("message").as_string(), unpaid);
    EXPECT_TRUE(causes[0].at("log_line").is_null());
    EXPECT_EQ(causes[0].at("job").as_string(), "build");
    EXPECT_EQ(answered.structured.at("verdict").at("class").as_string(), "workflow");
    EXPECT_FALSE(answered.structured.contains("why"));
}

TEST(AnnotatedFailure, IsSaidOnceOfManyJobs) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    run.jobs.reserve(3);
    for (int id = 3; id < 6; ++id) {
        bench.provider.add_job(run, id, "build " + std::to_string(id), {}, Conclusion::failure);
        bench.provider.known_annotations[id] = std::vector{failure(unpaid)};
    }

    const auto answered = bench.call("builds.diagnose", R"({"run_id":12})");

    EXPECT_THAT(answered.text, HasSubstr("3 jobs failed of the same"));
    EXPECT_EQ(answered.structured.at("causes").as_array().size(), 1U);
}

TEST(AnnotatedFailure, StandsBeforeALogThatExplainsNothing) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(run, 3, "build", {"compiling a", "compiling b"}, Conclusion::failure);
    const std::string lost{"The self-hosted runner: mac-4 lost communication with the server. Verify the machine."};
    bench.provider.known_annotations[3] = std::vector{failure(lost + "\nIt is out of \x1b[31mmemory\x1b[0m, maybe.")};

    const auto answered = bench.call("builds.diagnose", R"({"run_id":12})");

    EXPECT_EQ(answered.structured.at("verdict").at("class").as_string(), "runner_lost");
    EXPECT_EQ(answered.structured.at("causes").at(0).at("message").as_string(), lost);
    EXPECT_THAT(answered.text, HasSubstr(lost + "\nIt is out of memory, maybe.\n"));
    EXPECT_THAT(answered.text, HasSubstr("compiling b"));
}

TEST(AnnotatedFailure, IsNotRepeatedWhereTheLogSaysItOrSaysMore) {
    const std::vector<std::string> broken{"make all", "our-tool: the door could not be shut",
                                          "##[error]Process completed with exit code 2."};
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(run, 3, "build", broken, Conclusion::failure);
    const auto alone = bench.call("builds.diagnose", R"({"run_id":12})");
    bench.provider.known_annotations[3] =
        std::vector{failure("our-tool: the door could not be shut"), failure("Process completed with exit code 2.")};
    const auto annotated = bench.call("builds.diagnose", R"({"run_id":12})");

    EXPECT_EQ(annotated.structured.at("causes"), alone.structured.at("causes"));
}

TEST(AnnotatedFailure, SaysThatAnnotationsCannotBeReadWhereNothingElseIsThere) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(run, 3, "build", {}, Conclusion::failure);
    bench.provider.known_annotations[3] = fail(Errc::forbidden, "The token may not read checks.");

    const auto answered = bench.call("builds.diagnose", R"({"run_id":12})");

    EXPECT_THAT(answered.text, HasSubstr("Its annotations can't be read either: The token may not read checks."));
    EXPECT_TRUE(answered.structured.at("causes").as_array().empty());
}

TEST(AnnotatedFailure, HidesSecretsAndKeepsItsBudget) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(run, 3, "build", {}, Conclusion::failure);
    std::vector<Annotation> many;
    for (int i = 0; i < 200; ++i) {
        many.push_back({.message = std::to_string(i) + " error: https://me:hunter2secret@host/ " +
                                   std::string(3000, 'x') + "\n" + std::string(3000, '"'),
                        .path = "src/a.c",
                        .line = i + 1});
    }
    bench.provider.known_annotations[3] = many;

    const auto answered = bench.call("builds.diagnose", R"({"run_id":12,"max_tokens":1000})");

    EXPECT_LE(answered.on_the_wire, 4000U);
    EXPECT_THAT(answered.text, Not(HasSubstr("hunter2secret")));
    EXPECT_THAT(answered.text, HasSubstr("src/a.c:1: 0 error: "));
    const auto roomy = bench.call("builds.diagnose", R"({"run_id":12,"max_tokens":20000})");
    EXPECT_LE(roomy.on_the_wire, 80'000U);
    EXPECT_EQ(roomy.structured.at("causes").at(0).at("file").as_string(), "src/a.c");
}

TEST(AnnotatedFailure, ShowsNoPathThatIsNoText) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(run, 3, "build", {}, Conclusion::failure);
    bench.provider.known_annotations[3] =
        std::vector{Annotation{.message = "error: gone", .path = "src/\x1b[31ma\n.c\xE2\x80\xAE", .line = 3}};

    const auto answered = bench.call("builds.diagnose", R"({"run_id":12})");

    const std::string file{answered.structured.at("causes").at(0).at("file").as_string()};
    EXPECT_EQ(file.find_first_of("\x1b\n"), std::string::npos) << file;
    EXPECT_EQ(file.find("\xE2\x80\xAE"), std::string::npos) << file;
    EXPECT_THAT(answered.text, HasSubstr(file + ":3: error: gone"));
}

TEST(TailLogs, SendsOnToTheDiagnosisWhereAFailedRunHasNoLog) {
    ToolBench bench;
    auto& run = bench.provider.add_run(12, Conclusion::failure);
    bench.provider.add_job(run, 3, "build", {}, Conclusion::failure);

    const auto answered = bench.call("builds.tailLogs", R"({"run_id":12})");

    EXPECT_THAT(answered.text, HasSubstr("builds.diagnose {\"run_id\":12}"));
}

}  // namespace
}  // namespace flux::tools
