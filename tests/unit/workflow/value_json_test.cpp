#include "workflow/value_json.hpp"

#include <gtest/gtest.h>

namespace flux::workflow {
namespace {

TEST(ValueJson, PrintsWithTwoSpaces) {
    const Value value{
        Object{{"b", Value{Value::Array{Value{1}, Value{"x\n\x01"}}}}, {"a", Value{Object{}}}, {"n", Value{}}}};

    EXPECT_EQ(*to_json(value), "{\n  \"b\": [\n    1,\n    \"x\\n\\u0001\"\n  ],\n  \"a\": {},\n  \"n\": null\n}");
    EXPECT_EQ(to_compact_json(value), R"({"b":[1,"x\n\u0001"],"a":{},"n":null})");
}

TEST(ValueJson, StopsAtTheLimit) {
    const auto json = to_json(Value{std::string(100, 'x')}, 50);

    ASSERT_FALSE(json);
    EXPECT_EQ(json.error().code, Errc::too_large);
    EXPECT_EQ(from_json("[1,1,1,1,1,1,1,1,1,1]", 100).error().code, Errc::too_large);
}

TEST(ValueJson, ReadsEscapesAndPairs) {
    EXPECT_EQ(from_json(R"("\u0041\ud83d\ude00\/\t")")->string(), "A😀/\t");
    EXPECT_EQ(from_json(R"("\ud83d!")")->string(), "\uFFFD!");
}

TEST(ValueJson, KeepsTheFirstOfNamesThatDifferInCaseAndTheLastOfTheSame) {
    const auto value = from_json(R"({"a":1,"A":2,"b":3,"b":4})");

    ASSERT_TRUE(value);
    EXPECT_EQ(to_compact_json(*value), R"({"a":1,"b":4})");
}

TEST(ValueJson, SaysWhereItIsWrong) {
    EXPECT_EQ(from_json("[1, x]").error().message, "The JSON is not valid: unexpected `x` at character 5.");
    EXPECT_EQ(from_json("ä").error().message, "The JSON is not valid: unexpected `ä` at character 1.");
    EXPECT_FALSE(from_json("1 \xef="));
    EXPECT_EQ(from_json("[1").error().message, "The JSON ends too early.");
    EXPECT_FALSE(from_json(std::string(200, '[')));
    for (const auto* text :
         {"", "01", "1.", ".5", "+1", "1e", "[1,]", "{\"a\"}", "'a'", "NaN", "[1] 2", "\"\t\"", "\"\\x\""}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(from_json(text));
    }
}

}  // namespace
}  // namespace flux::workflow
