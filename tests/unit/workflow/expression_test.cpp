#include "workflow/expression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workflow/value_json.hpp"

namespace flux::workflow {
namespace {

using testing::HasSubstr;

Contexts some_contexts() {
    Contexts contexts;
    contexts.set("github", *from_json(R"({"ref":"refs/heads/Main","event":{"commits":[{"id":"a"},{"id":"b"},{}]}})"));
    return contexts;
}

Result<Value> value_of(std::string_view text, const Contexts& contexts = some_contexts()) {
    const auto expression = Expression::parse(text);
    if (!expression) return fail(Errc::invalid_argument, expression.error().message);
    return evaluate(*expression, contexts);
}

std::string json_of(std::string_view text) {
    const auto value = value_of(text);
    return value ? to_compact_json(*value) : "error: " + value.error().message;
}

TEST(Expression, EvaluatesAsDocumented) {
    struct Row {
        const char* text;
        const char* json;
    };
    constexpr Row rows[]{
        {"1 == '1' && 'yes' || 'no'", "\"yes\""},
        {"!0 == true", "true"},
        {"'it''s ''quoted'''", "\"it's 'quoted'\""},
        {"github.REF == 'REFS/heads/main'", "true"},
        {"github.event.commits.*.id", R"(["a","b"])"},
        {"join(github.event.commits.*.id, '-')", "\"a-b\""},
        {"(github.event.commits.* || 1)[0].id", "[]"},
        {"github.event.commits[1].id", "\"b\""},
        {"github.event.commits['1.9'].id", "\"b\""},
        {"github.nothing.at.all", "null"},
        {"contains(github.event.commits.*.id, 'B')", "true"},
        {"startsWith(github.ref, 'refs/')", "true"},
        {"format('{0} {{{1}}}', 'a', 1.50)", "\"a {1.5}\""},
        {"case(false, 1, true, 2, 3)", "2"},
        {"case(true, 1, fromJSON('broken'))", "1"},
        {"fromJSON('{\"a\": [1, 2]}').a[1]", "2"},
        {"toJSON(fromJSON('[1]'))", "\"[\\n  1\\n]\""},
        {"1 < 2 == true", "true"},
        {"null == 0", "true"},
        {"NaN == NaN", "false"},
        {"0xff + 0", "error: `+` is not a number."},
        {"case('true', 1, 2)",
         "error: case() needs a boolean as condition, not string. Compare, or use `!!`. "
         "(character 6 of the expression `case('true', 1, 2)`)"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.text);
        EXPECT_EQ(json_of(row.text), row.json);
    }
}

TEST(Expression, SaysWhatIsWrongAndWhere) {
    struct Row {
        const char* text;
        std::size_t offset;
        const char* says;
    };
    constexpr Row rows[]{
        {"", 0, "empty"},
        {"1 ==", 4, "ends too early"},
        {"githb.ref", 0, "Did you mean `github`?"},
        {"true && startWith('a', 'b')", 8, "Did you mean `startsWith`?"},
        {"github.ref == \"main\"", 14, "single quotes"},
        {"'open", 0, "no closing quote"},
        {"contains('a')", 0, "takes 2 arguments, not 1"},
        {"case(true, 1, 2, 3)", 0, "odd number"},
        {"github..ref", 7, "`.ref` is not a number"},
        {"1 = 2", 2, "`=` is no part"},
        {"contains('a', 'b',)", 18, "`)` is not expected"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.text);
        const auto expression = Expression::parse(row.text);
        ASSERT_FALSE(expression);
        EXPECT_THAT(expression.error().message, HasSubstr(row.says));
        EXPECT_EQ(expression.error().offset, row.offset);
    }
}

TEST(Expression, BoundsLengthDepthAndMemory) {
    EXPECT_TRUE(Expression::parse("'" + std::string(20'998, 'x') + "'"));
    EXPECT_FALSE(Expression::parse("'" + std::string(20'999, 'x') + "'"));
    EXPECT_TRUE(Expression::parse(std::string(49, '(') + "1" + std::string(49, ')')));
    EXPECT_FALSE(Expression::parse(std::string(50, '(') + "1" + std::string(50, ')')));

    std::string chain = "1";
    for (int i = 0; i < 5'000; ++i) chain += "==1";
    EXPECT_TRUE(value_of(chain));

    Contexts contexts;
    contexts.set("env", Value{Object{{"big", Value{std::string(3 * 1024 * 1024, 'x')}}}});
    EXPECT_TRUE(value_of("format('{0}{0}', env.big)", contexts));
    const auto value = value_of("format('{0}{0}{0}{0}', env.big)", contexts);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, Errc::too_large);
    EXPECT_FALSE(value_of("format('{0}{0}', format('{0}{0}', env.big))", contexts));
}

TEST(Expression, TellsWhichContextsAndFunctionsItNames) {
    const auto expression = Expression::parse("GitHub.ref && !Cancelled() || vars.X");
    ASSERT_TRUE(expression);
    ASSERT_EQ(expression->contexts().size(), 2U);
    EXPECT_EQ(expression->contexts()[0].name, "github");
    EXPECT_EQ(expression->contexts()[1].offset, 30U);
    EXPECT_TRUE(expression->asks_status());

    EXPECT_FALSE(Expression::parse("'success()' == github.success")->asks_status());
}

TEST(Expression, AsksOutsideForStatusAndFiles) {
    Contexts contexts;
    std::vector<std::string> asked;
    contexts.status = [&](StatusFunction function, const std::vector<std::string>& jobs) {
        asked = jobs;
        return function == StatusFunction::failure;
    };
    contexts.hash_files = [](const std::vector<std::string>& patterns) -> Result<std::string> {
        return patterns.back();
    };

    EXPECT_TRUE(value_of("failure('a', 'b')", contexts)->boolean());
    EXPECT_EQ(asked, (std::vector<std::string>{"a", "b"}));
    EXPECT_FALSE(value_of("success()", contexts)->boolean());
    EXPECT_TRUE(value_of("always()", contexts)->boolean());
    EXPECT_EQ(value_of("hashFiles('x', '**/y')", contexts)->string(), "**/y");
    EXPECT_FALSE(value_of("hashFiles('x')"));
}

}  // namespace
}  // namespace flux::workflow
