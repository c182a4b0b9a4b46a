#include "json/raw.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

#include "json/strict.hpp"

namespace flux::json {
namespace {

/// Calls `see` with the value of `text`: once as one whose members are looked for, once as one whose places are known.
template <class See>
void both_ways(std::string_view text, See see) {
    see(Raw{text});
    Places places;
    const auto placed = read_strictly(text, places);
    ASSERT_TRUE(placed);
    see(*placed);
}

TEST(Raw, FindsMembersWithoutBlanksAroundThem) {
    const auto* const text = R"( { "id" : 7 , "params" : { "a" : [ 1, {"b":"}]"} ] , "c":"x\\" } , "last":null } )";
    both_ways(text, [](Raw object) {
        EXPECT_EQ(object.member("id").text(), "7");
        EXPECT_EQ(object.member("params").member("a").text(), R"([ 1, {"b":"}]"} ])");
        EXPECT_EQ(object.member("params").member("c").string(), "x\\");
        EXPECT_TRUE(object.member("last").is(Kind::null));
        EXPECT_TRUE(object.member("none").absent());
        EXPECT_TRUE(object.member("id").member("x").absent());
    });
}

TEST(Raw, ReadsNamesThatAreWrittenWithEscapes) {
    both_ways(R"({"m\u0065thod":"x"})", [](Raw object) { EXPECT_EQ(object.member("method").string(), "x"); });
}

TEST(Raw, GoesThroughWhatIsInsideWhatItPassesBy) {
    both_ways(R"([[],{},[1,[2]],{"a":{"b":[3]}},4])", [](Raw array) {
        std::vector<std::string_view> seen;
        for (Elements element{array}; element.next();) seen.push_back(element.value().text());

        EXPECT_EQ(seen, (std::vector<std::string_view>{"[]", "{}", "[1,[2]]", R"({"a":{"b":[3]}})", "4"}));
    });
}

TEST(Raw, DecodesStrings) {
    const std::array<std::pair<const char*, std::string>, 6> rows{{
        {R"("")", ""},
        {R"("plain")", "plain"},
        {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
        {R"("\u0041\u00e9\u20AC")", "A\xC3\xA9\xE2\x82\xAC"},
        {R"("\uD83D\uDE80!")", "\xF0\x9F\x9A\x80!"},
        {R"("\u0000")", std::string(1, '\0')},
    }};
    for (const auto& [json, text] : rows) EXPECT_EQ(Raw{json}.string(), text) << json;
    EXPECT_FALSE(Raw{"7"}.string());
}

TEST(Raw, ReadsWholeNumbersExactly) {
    struct Row {
        const char* text;
        std::optional<std::int64_t> value;
    };
    const std::array rows{
        Row{"0", 0},
        Row{"-0", 0},
        Row{"9007199254740993", 9007199254740993},
        Row{"9223372036854775807", 9223372036854775807},
        Row{"9223372036854775808", {}},
        Row{"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
        Row{"3.0", 3},
        Row{"1e2", 100},
        Row{"9007199254740993.0", 9007199254740993},
        Row{"-9007199254740993.00e0", -9007199254740993},
        Row{"900719925474099.30e+1", 9007199254740993},
        Row{"90071992547409930e-1", 9007199254740993},
        Row{"9223372036854775807.0", 9223372036854775807},
        Row{"9223372036854775808.0", {}},
        Row{"-9223372036854775808.0", std::numeric_limits<std::int64_t>::min()},
        Row{"-9223372036854775809.0", {}},
        Row{"-0.0", 0},
        Row{"-0e-1", 0},
        Row{"-0.0e-1", 0},
        Row{"0e-99", 0},
        Row{"9007199254740993.5", {}},
        Row{"1e-400", {}},
        Row{"0e50", 0},
        Row{"0.0e-2147483648", 0},
        Row{"1e18", 1'000'000'000'000'000'000},
        Row{"1e19", {}},
        Row{"1.5", {}},
        Row{"1e300", {}},
        Row{"\"1\"", {}},
        Row{"null", {}},
    };
    for (const auto& row : rows) EXPECT_EQ(Raw{row.text}.integer(), row.value) << row.text;
}

TEST(Raw, GoesThroughMembersAndElements) {
    std::vector<std::string> seen;
    for (Members member{Raw{R"({"a":1 , "b":[]})"}}; member.next();) {
        seen.push_back(std::string{member.name()} + "=" + std::string{member.value().text()});
    }
    for (Elements element{Raw{R"([ {"a":1}, "x,y" ,3])"}}; element.next();) {
        seen.emplace_back(element.value().text());
    }
    for (Members member{Raw{"[1]"}}; member.next();) seen.emplace_back("member of a list");
    for (Elements element{Raw{"{}"}}; element.next();) seen.emplace_back("element of an object");

    EXPECT_EQ(seen, (std::vector<std::string>{"a=1", "b=[]", R"({"a":1})", R"("x,y")", "3"}));
}

TEST(Raw, FindsTheEndOfAValueWhereverItStandsInTheBlocksThatAreReadAtOnce) {
    for (const std::string inner : {R"({"a":[1,{"b":"}]"}],"c":{}})", R"(["]","}","{[",[["\\"]],"\"]}"])",
                                    R"({"long":"no bracket here counts: }}}]]]{{{[[["})", R"(["\\\""])", "[]"}) {
        for (std::size_t before = 0; before < 40; ++before) {
            const auto text = R"({"pad":")" + std::string(before, 'x') + R"(","inner":)" + inner + R"(,"last":7})";
            SCOPED_TRACE(text);

            const Raw object{text};

            EXPECT_EQ(object.member("inner").text(), inner);
            EXPECT_EQ(object.member("last").integer(), 7);
        }
    }
}

TEST(Raw, ReadsNumbersAndBooleans) {
    EXPECT_EQ(Raw{"2.5"}.number(), 2.5);
    EXPECT_EQ(Raw{"1e-999"}.number(), 0.0);
    EXPECT_EQ(Raw{"\"2\""}.number(), std::nullopt);
    EXPECT_EQ(Raw{"true"}.boolean(), true);
    EXPECT_EQ(Raw{"false"}.boolean(), false);
    EXPECT_EQ(Raw{"0"}.boolean(), std::nullopt);
}

}  // namespace
}  // namespace flux::json
