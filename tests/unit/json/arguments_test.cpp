#include "json/arguments.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>

#include "json/strict.hpp"

namespace flux::json {
namespace {

Arguments of(std::string_view text) { return Arguments::parse(text).value(); }

TEST(Arguments, OutliveTheirTextAsSoonAsTheyOwnIt) {
    Arguments owned;
    {
        std::string text = R"({"params":{"arguments":{"\u0061":{"b":[1,"x"]},"c":2}},"more":{"c":3}})";
        Places places;
        const auto message = read_strictly(text, places);
        owned = Arguments::of(message->member("params").member("arguments"))->owned();
        text.assign(text.size(), '?');
        places.clear();
    }

    EXPECT_EQ(owned.find("a").member("b").text(), R"([1,"x"])");
    EXPECT_EQ(owned.integer("c", 0, 9).value(), 2);
    EXPECT_FALSE(owned.has("more"));
}

TEST(Arguments, ReadsWhatIsThere) {
    const auto arguments =
        of(R"({"branch":"main","lines":40,"follow":true,"kind":"runs","payload":{"a":1},"none":null})");

    EXPECT_EQ(arguments.text("branch").value(), "main");
    EXPECT_EQ(arguments.integer("lines", 1, 100).value(), 40);
    EXPECT_EQ(arguments.optional_boolean("follow").value(), true);
    EXPECT_EQ(arguments.optional_choice("kind", {"runs", "previews"}).value(), "runs");
    EXPECT_EQ(arguments.optional_object("payload").value().member("a").integer(), 1);
    EXPECT_TRUE(arguments.has("branch"));
    EXPECT_FALSE(arguments.has("none"));
    EXPECT_TRUE(arguments.find("none").is(Kind::null));
    EXPECT_TRUE(arguments.find("nowhere").absent());
}

TEST(Arguments, TakeWhatIsAbsentOrNullAsNotGiven) {
    for (const auto& arguments : {Arguments{}, of(""), of("{}"), of(R"({"x":null})")}) {
        EXPECT_EQ(arguments.optional_text("x").value(), std::nullopt);
        EXPECT_EQ(arguments.optional_integer("x", 0, 1).value(), std::nullopt);
        EXPECT_EQ(arguments.optional_boolean("x").value(), std::nullopt);
        EXPECT_EQ(arguments.optional_choice("x", {"a"}).value(), std::nullopt);
        EXPECT_TRUE(arguments.optional_object("x").value().absent());
    }
}

TEST(Arguments, ReadIntegersAsJsonSchemaDoes) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();

    EXPECT_EQ(of(R"({"n":3.0})").integer("n", 0, 9).value(), 3);
    EXPECT_EQ(of(R"({"n":1e2})").integer("n", 0, 100).value(), 100);
    EXPECT_EQ(of(R"({"n":9007199254740993})").integer("n", 0, most).value(), 9007199254740993);
    EXPECT_FALSE(of(R"({"n":9223372036854775808})").integer("n", 0, most));
    EXPECT_FALSE(of(R"({"n":1e300})").integer("n", 0, most));
}

TEST(Arguments, NameTheArgumentThatIsWrong) {
    struct Row {
        const char* name;
        const char* text;
        std::function<Result<void>(const Arguments&)> read;
        const char* says;
    };
    const auto text = [](const Arguments& a) { return a.text("branch").map([](auto&&) {}); };
    const auto lines = [](const Arguments& a) { return a.optional_integer("lines", 1, 10000).map([](auto&&) {}); };
    const auto count = [](const Arguments& a) { return a.integer("count", 1, 3).map([](auto&&) {}); };
    const auto flag = [](const Arguments& a) { return a.optional_boolean("follow").map([](auto&&) {}); };
    const auto kind = [](const Arguments& a) { return a.optional_choice("kind", {"a", "b", "c"}).map([](auto&&) {}); };
    const auto payload = [](const Arguments& a) { return a.optional_object("payload").map([](auto&&) {}); };
    const auto only = [](const Arguments& a) { return a.only({"branch", "payload"}); };
    const auto none = [](const Arguments& a) { return a.only({}); };
    const std::array rows{
        Row{"missing", "{}", text, "`branch` is missing: it has to be a string."},
        Row{"not text", R"({"branch":7})", text, "`branch` has to be a string, not 7."},
        Row{"a NUL", R"({"branch":"a\u0000b"})", text,
            R"(`branch` has to be a string without NUL characters, not "a\u0000b".)"},
        Row{"a word for a number", R"({"lines":"many"})", lines,
            R"(`lines` has to be an integer from 1 to 10000, not "many".)"},
        Row{"out of range", R"({"lines":0})", lines, "`lines` has to be an integer from 1 to 10000, not 0."},
        Row{"a fraction", R"({"lines":1.5})", lines, "`lines` has to be an integer from 1 to 10000, not 1.5."},
        Row{"a missing number", "{}", count, "`count` is missing: it has to be an integer from 1 to 3."},
        Row{"a number for a boolean", R"({"follow":1})", flag, "`follow` has to be true or false, not 1."},
        Row{"no such choice", R"({"kind":"d"})", kind, R"(`kind` has to be "a", "b" or "c", not "d".)"},
        Row{"a list for a choice", R"({"kind":[]})", kind, R"(`kind` has to be "a", "b" or "c", not a list.)"},
        Row{"a list for an object", R"({"payload":[1]})", payload, "`payload` has to be an object, not a list."},
        Row{"a typing error", R"({"brnch":"main"})", only, "There is no argument `brnch`. Did you mean `branch`?"},
        Row{"an unknown one", R"({"zzzzzz":1})", only,
            "There is no argument `zzzzzz`. There is `branch` or `payload`."},
        Row{"one too many", R"({"q":1})", none, "There is no argument `q`. This tool takes none."},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);

        const auto result = row.read(of(row.text));

        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().message, row.says);
        EXPECT_EQ(result.error().code, Errc::invalid_argument);
    }
}

TEST(Arguments, ShowNoMoreThanAGlimpseOfALongValue) {
    const auto message = of("{\"lines\":\"" + std::string(5000, 'x') + "\"}").integer("lines", 1, 2).error().message;

    EXPECT_LT(message.size(), 200u);
}

TEST(Arguments, OutliveTheTextAndTheCopyTheyCameFrom) {
    auto text = std::make_unique<std::string>(R"({"branch":"main"})");
    auto first = std::make_unique<Arguments>(of(*text));

    const Arguments second = *first;
    first.reset();
    text.reset();

    EXPECT_EQ(second.text("branch").value(), "main");
}

TEST(Arguments, RefuseWhatIsNoObject) {
    EXPECT_FALSE(Arguments::parse("[1]"));
    EXPECT_FALSE(Arguments::parse("null"));
}

}  // namespace
}  // namespace flux::json
