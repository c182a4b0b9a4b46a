#include "json/writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json/parse.hpp>
#include <cmath>
#include <limits>

#include "json/strict.hpp"

namespace flux::json {
namespace {

TEST(Writer, SetsCommasBetweenMembersAndElements) {
    std::string out;

    Writer writer{out};
    writer.object().key("a").integer(-7).key("list").array().string("x").boolean(true).null().object().end_object();
    writer.end_array().key("b").number(1.5).key("c").raw("[1,2]").end_object();

    EXPECT_EQ(out, R"({"a":-7,"list":["x",true,null,{}],"b":1.5,"c":[1,2]})");
}

TEST(Writer, AppendsToWhatIsThere) {
    std::string out = "data: ";

    Writer{out}.array().end_array();

    EXPECT_EQ(out, "data: []");
}

TEST(Writer, EscapesWhatHasToBeEscaped) {
    struct Row {
        const char* name;
        std::string_view text;
        const char* json;
    };
    const std::array rows{
        Row{"plain", "hello", R"("hello")"},
        Row{"empty", "", R"("")"},
        Row{"quotes and backslashes", R"(a"b\c)", R"("a\"b\\c")"},
        Row{"line ends", "a\nb\r\tc", R"("a\nb\r\tc")"},
        Row{"other controls", std::string_view{"\0\x1b\x1f", 3}, R"("\u0000\u001b\u001f")"},
        Row{"delete is plain", "\x7f", "\"\x7f\""},
        Row{"letters beyond ASCII", "gr\xC3\xBC\xC3\x9F \xF0\x9F\x9A\x80", "\"gr\xC3\xBC\xC3\x9F \xF0\x9F\x9A\x80\""},
        Row{"a stray byte", "a\xFFz", "\"a\xEF\xBF\xBDz\""},
        Row{"a character cut off", "a\xE2\x82", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""},
        Row{"a surrogate", "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        Row{"good ones beside bad ones", "\xC3\xBC\xC3\"", "\"\xC3\xBC\xEF\xBF\xBD\\\"\""},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        std::string out;

        append_string(out, row.text);

        EXPECT_EQ(out, row.json);
        EXPECT_TRUE(check_strictly(out));
    }
}

TEST(Writer, WritesNumbersThatReadBackTheSame) {
    for (const double number : {0.1, 1e300, -2.5e-8, 100.0, 9007199254740993.0}) {
        std::string out;

        Writer{out}.number(number);

        EXPECT_EQ(boost::json::parse(out).to_number<double>(), number) << out;
    }
    std::string out;
    Writer{out}.array().number(std::nan("")).integer(std::numeric_limits<std::int64_t>::min()).end_array();
    EXPECT_EQ(out, "[null,-9223372036854775808]");
}

TEST(Writer, EscapesTheSameWhereverACharacterStands) {
    constexpr std::string_view pieces[] = {"\"", "\\", "\n", "\x01", "é", "plain, and rather long before the next one",
                                           "a"};
    std::string text;
    for (std::size_t i = 0; i < 400; ++i) {
        text += pieces[(i * 7 + i / 3) % std::size(pieces)];
        std::string out;

        append_string(out, text);

        ASSERT_EQ(boost::json::parse(out).as_string(), text);
        ASSERT_TRUE(check_strictly(out));
    }
}

}  // namespace
}  // namespace flux::json
