#include "json/strict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

namespace flux::json {
namespace {

using testing::HasSubstr;

struct Row {
    const char* name;
    std::string text;
};

TEST(CheckStrictly, AcceptsWhatEveryReaderUnderstandsTheSame) {
    const std::vector<Row> rows{
        {"a number", "0"},
        {"minus zero", "-0"},
        {"a fraction", "-12.50"},
        {"exponents", "[1e5,1E+5,1.5e-5,0e1]"},
        {"a number too small for a double", "1e-999"},
        {"an exponent with leading zeros", "1e-00000007"},
        {"an integer beyond 64 bits", "123456789012345678901234567890"},
        {"words", "[true,false,null]"},
        {"nothing in it", R"([{},[],""])"},
        {"blanks everywhere", " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n"},
        {"every escape", R"("\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE80")"},
        {"an escaped NUL", R"("\u0000")"},
        {"a non-character", R"("\uFFFF")"},
        {"UTF-8", "\"\xC3\xA9\xF0\x9F\x9A\x80\""},
        {"delete", "\"\x7f\""},
        {"the empty name", R"({"":0})"},
        {"the same name in different objects", R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"},
        {"names that differ in case", R"({"a":1,"A":2})"},
        {"brackets in strings", R"(["}{][\"",":,"])"},
        {"64 levels", std::string(64, '[') + std::string(64, ']')},
    };
    for (const auto& row : rows) {
        const auto checked = check_strictly(row.text);
        EXPECT_TRUE(checked) << row.name << ": " << (checked ? "" : checked.error().message);
    }
}

TEST(CheckStrictly, RefusesEverythingElseAndNamesTheByte) {
    struct Refused {
        const char* name;
        std::string text;
        int byte;
    };
    const std::vector<Refused> rows{
        {"nothing", "", 0},
        {"blanks alone", "  ", 2},
        {"a byte order mark", "\xEF\xBB\xBF{}", 0},
        {"a NUL", std::string("[1\0]", 4), 2},
        {"a NUL in a string", std::string("\"a\0b\"", 5), 2},
        {"a word cut off", "tru", 0},
        {"a word in capitals", "[NULL]", 1},
        {"NaN", "NaN", 0},
        {"a leading zero", "[012]", 2},
        {"a leading plus", "+1", 0},
        {"a lonely minus", "[-]", 1},
        {"a point without digits", "[1.]", 3},
        {"a point without whole part", "[.5]", 1},
        {"an exponent without digits", "[1e+]", 4},
        {"a hexadecimal number", "0x10", 1},
        {"a number too large for a double", "[1e400]", 1},
        {"an exponent of five digits", "[0e10000]", 1},
        {"a number of 101 characters", std::string(101, '1'), 0},
        {"a trailing comma in a list", "[1,]", 3},
        {"a trailing comma in an object", R"({"a":1,})", 7},
        {"a missing comma", "[1 2]", 3},
        {"two commas", "[1,,2]", 3},
        {"a missing colon", R"({"a" 1})", 5},
        {"a name without quotes", "{a:1}", 1},
        {"a number as a name", "{1:1}", 1},
        {"single quotes", "['a']", 1},
        {"a comment", "[1/**/]", 2},
        {"the wrong bracket", "[1}", 2},
        {"an open list", "[1", 2},
        {"an open object", R"({"a":)", 5},
        {"an open string", "\"abc", 4},
        {"a string that ends in a backslash", "\"abc\\", 5},
        {"no such escape", R"("\x41")", 2},
        {"an escape cut off", R"("\u00)", 3},
        {"an escape that isn't hexadecimal", R"("\u00zz")", 3},
        {"an escape with a sign", R"("\u-123")", 3},
        {"a line end in a string", "\"a\nb\"", 2},
        {"a lone high surrogate", R"("\uD800")", 1},
        {"a lone low surrogate", R"("a\uDC00")", 2},
        {"two high surrogates", R"("\uD800\uD800")", 1},
        {"a high surrogate before another escape", R"("\uD800\n")", 1},
        {"malformed UTF-8", "\"a\xFF\"", 2},
        {"an overlong form", "\"\xC0\xAF\"", 1},
        {"an encoded surrogate", "\"\xED\xA0\x80\"", 1},
        {"a character cut off", "\"\xE2\x82", 1},
        {"two values", "{}{}", 2},
        {"text after the value", "1 x", 2},
        {"a name twice", R"({"a":1,"b":2,"a":3})", 14},
        {"a name twice, once escaped", R"({"id":1,"\u0069d":2})", 9},
        {"a name twice among many", R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"b":2})", 56},
        {"a name twice deep inside", R"([{"x":{"a":1,"a":1}}])", 14},
        {"65 levels", std::string(65, '['), 64},
        {"65 levels of objects",
         [] {
             std::string text;
             for (int i = 0; i < 65; ++i) text += "{\"a\":";
             return text;
         }(),
         320},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);

        const auto checked = check_strictly(row.text);

        ASSERT_FALSE(checked);
        EXPECT_THAT(checked.error().message, HasSubstr("at byte " + std::to_string(row.byte) + ":"));
    }
}

TEST(CheckStrictly, KeepsToTheLimitsItIsGiven) {
    const StrictLimits limits{.depth = 2, .number_length = 3};

    EXPECT_TRUE(check_strictly("[[123]]", limits));
    EXPECT_EQ(check_strictly("[[[]]]", limits).error().code, Errc::too_large);
    EXPECT_EQ(check_strictly("1234", limits).error().code, Errc::too_large);
}

TEST(CheckStrictly, ForgetsTheNamesOfAMessageThatWasRefused) {
    EXPECT_FALSE(check_strictly(R"({"a":{"b":)"));

    EXPECT_TRUE(check_strictly(R"({"a":1,"b":2})"));
}

TEST(CheckStrictly, FindsANameThatIsThereTwiceWhateverTheOthersLookLike) {
    std::mt19937 random{4};
    for (int round = 0; round < 20'000; ++round) {
        std::set<std::string> names;
        bool twice = false;
        std::string text = "{";
        const auto members = 1 + random() % 6;
        for (std::size_t i = 0; i < members; ++i) {
            std::string name(random() % 4, 'a');
            for (auto& c : name) c = static_cast<char>('a' + random() % 3);
            twice |= !names.insert(name).second;
            text += (i == 0 ? "\"" : ",\"") + name + "\":" + (random() % 2 == 0 ? "1" : R"({"a":[]})");
        }
        text += '}';
        ASSERT_EQ(check_strictly(text).has_value(), !twice) << text;
    }
}

TEST(CheckStrictly, SeesWhatAStringMayNotHoldWhereverItEnds) {
    for (std::size_t before = 0; before < 20; ++before) {
        for (std::size_t size = 1; size < 40; ++size) {
            const auto text = std::string(before, ' ') + '"' + std::string(size, 'x');
            EXPECT_FALSE(check_strictly(text)) << text;
            EXPECT_TRUE(check_strictly(text + '"')) << text;
            for (std::size_t at = 0; at < size; ++at) {
                auto odd = text + '"';
                odd[before + 1 + at] = '\x1f';
                EXPECT_FALSE(check_strictly(odd)) << text << " at " << at;
                odd[before + 1 + at] = '\\';
                Places places;
                // Behind it stands an x, of which there is no escape, or the quote that should have ended it.
                EXPECT_FALSE(read_strictly(odd, places)) << text << " at " << at;
            }
        }
    }
}

TEST(CheckStrictly, TakesAnObjectOfManyNames) {
    std::string text = "{";
    for (int i = 0; i < 50'000; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
    text += "}";

    EXPECT_TRUE(check_strictly(text));
}

}  // namespace
}  // namespace flux::json
