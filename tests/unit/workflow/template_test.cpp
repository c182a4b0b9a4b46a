#include "workflow/template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workflow/condition.hpp"
#include "workflow/value_json.hpp"

namespace flux::workflow {
namespace {

using testing::HasSubstr;

Contexts with_env(const char* json) {
    Contexts contexts;
    contexts.set("env", *from_json(json));
    return contexts;
}

TEST(Template, KeepsTheKindOfASingleExpression) {
    const auto contexts = with_env(R"({"n": 3, "list": [1]})");

    EXPECT_EQ(to_compact_json(*evaluate(*Template::parse("${{ env.n }}"), contexts)), "3");
    EXPECT_EQ(to_compact_json(*evaluate(*Template::parse("${{ env.list }}"), contexts)), "[1]");
    EXPECT_EQ(to_compact_json(*evaluate(*Template::parse(" ${{ env.n }}"), contexts)), "\" 3\"");
    EXPECT_EQ(to_compact_json(*evaluate(*Template::parse("${{ env.n }}${{ env.list }}!"), contexts)), "\"3Array!\"");
    EXPECT_EQ(to_compact_json(*evaluate(*Template::parse("plain $X {{ }}"), contexts)), "\"plain $X {{ }}\"");
}

TEST(Template, DoesNotCloseInsideQuotes) {
    const auto text = Template::parse("a ${{ format('}}{0}}}', 1) }} b");

    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(*evaluate_text(*text, {}), "a }1} b");
}

TEST(Template, SaysWhereItIsWrong) {
    EXPECT_EQ(Template::parse("ab ${{ 1").error().offset, 3U);
    EXPECT_EQ(Template::parse("ab ${{ 1 + }}").error().offset, 9U);
    EXPECT_FALSE(Template::parse("${{ }}"));
}

TEST(Template, NamesThePlaceWhenEvaluationFails) {
    const Field field{*Template::parse("${{ fromJSON('{') }}"), {4, 9}};

    const auto value = evaluate(field, {});

    ASSERT_FALSE(value);
    EXPECT_THAT(value.error().message, HasSubstr("Line 4, column 9: fromJSON(): The JSON ends too early."));
}

TEST(Template, ReadsBooleansAndNumbersFromText) {
    const auto contexts = with_env(R"({"yes": "true", "n": "1.5", "word": "maybe", "empty": ""})");
    const auto field = [](const char* text) { return Field{*Template::parse(text), {}}; };

    EXPECT_TRUE(*evaluate_boolean(field("${{ env.yes }}"), contexts));
    EXPECT_EQ(*evaluate_number(field("${{ env.n }}"), contexts), 1.5);
    EXPECT_THAT(evaluate_boolean(field("${{ env.word }}"), contexts).error().message, HasSubstr("not `maybe`"));
    EXPECT_FALSE(evaluate_number(field("${{ env.word }}"), contexts));
    EXPECT_FALSE(evaluate_number(field("${{ env.empty }}"), contexts));
}

TEST(Condition, ImpliesSuccessUnlessItAsks) {
    Contexts failed;
    failed.status = [](StatusFunction function, const auto&) { return function == StatusFunction::failure; };
    const auto decide = [](const char* text, const Contexts& contexts) {
        return *holds(Condition::parse(text, {}).value(), contexts);
    };

    EXPECT_FALSE(decide("true", failed));
    EXPECT_FALSE(decide("", failed));
    EXPECT_TRUE(decide("", {}));
    EXPECT_TRUE(decide("failure()", failed));
    EXPECT_TRUE(decide("${{ always() }}", failed));
    EXPECT_TRUE(decide("!cancelled() && 1 == 1", failed));
    EXPECT_FALSE(*holds(std::nullopt, failed));
    EXPECT_TRUE(*holds(std::nullopt, {}));
}

TEST(Condition, IsAlwaysTrueWithTextAroundIt) {
    const auto condition = Condition::parse("${{ env.a }} == 'b'", {});

    ASSERT_TRUE(condition);
    EXPECT_TRUE(condition->is_text());
    EXPECT_TRUE(*holds(*condition, {}));
}

TEST(Condition, KeepsTheOffsetOfAMistake) {
    EXPECT_EQ(Condition::parse("  github.x == ", {}).error().offset, 13U);
    EXPECT_EQ(Condition::parse("  ${{ nope }}", {}).error().offset, 6U);
    EXPECT_FALSE(Condition::parse("a }} b", {}));
}

}  // namespace
}  // namespace flux::workflow
