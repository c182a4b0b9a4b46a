#include "workflow/matrix.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "workflow/value_json.hpp"

namespace flux::workflow {
namespace {

using testing::HasSubstr;

/// The combinations as compact JSON, one a line; or what is wrong.
std::string expanded(const char* json) {
    const auto combinations = expand_matrix(*from_json(json));
    if (!combinations) return combinations.error().message;
    std::string lines;
    for (const auto& each : *combinations) lines += to_compact_json(each.matrix) + each.suffix + "\n";
    return lines;
}

TEST(Matrix, TurnsTheFirstVectorSlowest) {
    EXPECT_EQ(expanded(R"({"os": ["a", "b"], "node": [18, 20]})"),
              "{\"os\":\"a\",\"node\":18} (a, 18)\n{\"os\":\"a\",\"node\":20} (a, 20)\n"
              "{\"os\":\"b\",\"node\":18} (b, 18)\n{\"os\":\"b\",\"node\":20} (b, 20)\n");
}

TEST(Matrix, LaysIncludesOverAsDocumented) {
    // The example of GitHub's documentation.
    EXPECT_EQ(
        expanded(R"({"fruit": ["apple", "pear"], "animal": ["cat", "dog"], "include": [
                  {"color": "green"}, {"color": "pink", "animal": "cat"}, {"fruit": "apple", "shape": "circle"},
                  {"fruit": "banana"}, {"fruit": "banana", "animal": "cat"}]})"),
        "{\"fruit\":\"apple\",\"animal\":\"cat\",\"color\":\"pink\",\"shape\":\"circle\"} (apple, cat, pink, circle)\n"
        "{\"fruit\":\"apple\",\"animal\":\"dog\",\"color\":\"green\",\"shape\":\"circle\"} (apple, dog, green, "
        "circle)\n"
        "{\"fruit\":\"pear\",\"animal\":\"cat\",\"color\":\"pink\"} (pear, cat, pink)\n"
        "{\"fruit\":\"pear\",\"animal\":\"dog\",\"color\":\"green\"} (pear, dog, green)\n"
        "{\"fruit\":\"banana\"} (banana)\n{\"fruit\":\"banana\",\"animal\":\"cat\"} (banana, cat)\n");
}

TEST(Matrix, TakesIncludesAlone) {
    EXPECT_EQ(expanded(R"({"include": [{"a": 1}, {"a": 2}]})"), "{\"a\":1} (1)\n{\"a\":2} (2)\n");
}

TEST(Matrix, ExcludesByLeavesLoosely) {
    EXPECT_EQ(
        expanded(R"({"v": [12, 14], "os": ["Linux", "mac"], "exclude": [{"v": "12", "os": "linux"}, {"v": 14}]})"),
        "{\"v\":12,\"os\":\"mac\"} (12, mac)\n");
    EXPECT_EQ(expanded(R"({"c": [{"a": 1, "b": 2}, {"a": 3, "b": 2}], "exclude": [{"c": {"a": 1}}]})"),
              "{\"c\":{\"a\":3,\"b\":2}} (3, 2)\n");
}

TEST(Matrix, SaysWhatIsWrong) {
    EXPECT_THAT(expanded(R"({"a": []})"), HasSubstr("`matrix.a` has no values"));
    EXPECT_THAT(expanded(R"({"a": 1})"), HasSubstr("has to be a list"));
    EXPECT_THAT(expanded("{}"), HasSubstr("no combination"));
    EXPECT_THAT(expanded("[]"), HasSubstr("has to be a mapping"));
    EXPECT_THAT(expanded(R"({"a": [1], "exclude": [{"b": 1}]})"), HasSubstr("names `b`"));
    EXPECT_THAT(expanded(R"({"a": [1], "exclude": [{"a": 1}]})"), HasSubstr("no combination"));
    Value::Array many(17, Value{1});
    const Value matrix{Object{{"a", Value{many}}, {"b", Value{many}}}};
    EXPECT_THAT(expand_matrix(matrix).error().message, HasSubstr("289 combinations; 256 are allowed"));
}

TEST(Matrix, ExpandsAStrategy) {
    Strategy strategy;
    strategy.place = {3, 5};
    strategy.matrix = Tree{*Template::parse("${{ fromJSON(inputs.m) }}"), {4, 7}};
    strategy.max_parallel = Field{Template{Value{2}}, {}};
    Contexts contexts;
    contexts.set("inputs", *from_json(R"({"m": "{\"a\": [1, 2, 3]}"})"));

    const auto expanded = expand_strategy(strategy, contexts);

    ASSERT_TRUE(expanded);
    EXPECT_EQ(expanded->combinations.size(), 3U);
    EXPECT_EQ(to_compact_json(strategy_context(*expanded, 1)),
              R"({"fail-fast":true,"job-index":1,"job-total":3,"max-parallel":2})");
    EXPECT_THAT(expand_strategy(strategy, {}).error().message, HasSubstr("Line 4, column 7"));
    EXPECT_EQ(expand_strategy(std::nullopt, {})->combinations.size(), 1U);
}

TEST(Matrix, NamesJobsForPeople) {
    Job job;
    job.key = "test";
    const Combination combination{*from_json(R"({"v": 20})"), " (20)"};
    Contexts contexts;
    contexts.set("matrix", combination.matrix);

    EXPECT_EQ(*display_name(job, combination, contexts), "test (20)");
    job.name = Field{Template{Value{"Test"}}, {}};
    EXPECT_EQ(*display_name(job, combination, contexts), "Test (20)");
    job.name = Field{*Template::parse("On ${{ matrix.v }}"), {}};
    EXPECT_EQ(*display_name(job, combination, contexts), "On 20");
    job.name = Field{Template{Value{std::string(200, 'x')}}, {}};
    EXPECT_EQ(*display_name(job, combination, contexts), std::string(97, 'x') + "...");
}

}  // namespace
}  // namespace flux::workflow
