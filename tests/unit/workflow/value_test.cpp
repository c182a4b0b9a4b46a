#include "workflow/value.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace flux::workflow {
namespace {

TEST(Value, FindsMembersIgnoringCaseAndKeepsTheirOrder) {
    Object object{{"Zulu", Value{1}}, {"alpha", Value{2}}};
    object.set("ZULU", Value{3});

    ASSERT_EQ(object.members().size(), 2U);
    EXPECT_EQ(object.members()[0].name, "Zulu");
    EXPECT_EQ(object.find("zulu")->number(), 3);
    EXPECT_EQ(object.find("none"), nullptr);
}

TEST(Value, FindsMembersOfALargeObject) {
    Object object;
    for (int i = 0; i < 100; ++i) object.set("Key" + std::to_string(i), Value{i});
    object.set("KEY7", Value{"seven"});

    EXPECT_EQ(object.members().size(), 100U);
    EXPECT_EQ(object.find("key7")->string(), "seven");
    EXPECT_EQ(object.find("key99")->number(), 99);
    EXPECT_EQ(object.find("key100"), nullptr);
}

TEST(Value, GivesNullForAMemberOfWhatIsNoObject) {
    EXPECT_TRUE(Value{"text"}["length"].is_null());
    EXPECT_EQ((Value{Object{{"a", Value{1}}}}["A"].number()), 1);
}

TEST(Value, WritesNumbersWithAtMost15Digits) {
    struct Row {
        const char* name;
        double number;
        const char* text;
    };
    constexpr Row rows[]{
        {"zero", 0, "0"},
        {"minus zero", -0.0, "0"},
        {"whole", 120, "120"},
        {"fraction", 0.1 + 0.2, "0.3"},
        {"long", 0.84551240822557006, "0.84551240822557"},
        {"smallest without exponent", 0.0001, "0.0001"},
        {"small", 0.00001, "1E-05"},
        {"negative small", -1.5e-7, "-1.5E-07"},
        {"largest without exponent", 123456789012345, "123456789012345"},
        {"large", 1e15, "1E+15"},
        {"rounded", 1234567890123456789.0, "1.23456789012346E+18"},
        {"huge", 1.5e300, "1.5E+300"},
        {"infinite", std::numeric_limits<double>::infinity(), "Infinity"},
        {"not a number", std::numeric_limits<double>::quiet_NaN(), "NaN"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_EQ(to_string(Value{row.number}), row.text);
    }
}

TEST(Value, ReadsTextAsNumbersAsTheRunnerDoes) {
    struct Row {
        const char* text;
        double number;
    };
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr Row rows[]{{"", 0},
                         {" 12\t", 12},
                         {"+1.5e2", 150},
                         {".5", 0.5},
                         {"1.", 1},
                         {"0xff", 255},
                         {"0xFFFFFFFF", -1},
                         {"0o17", 15},
                         {"1e400", infinity},
                         {"1e-400", 0},
                         {"-Infinity", -infinity},
                         {"\u00a07\u3000", 7}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.text);
        EXPECT_EQ(to_number(Value{row.text}), row.number);
    }
    for (const auto* text : {"abc", "1_0", "1 2", "0x", "0x1FFFFFFFF", "-0x1", "e5", ".", "--1", "infinity"}) {
        SCOPED_TRACE(text);
        EXPECT_NE(to_number(Value{text}), to_number(Value{text}));
    }
}

TEST(Value, ComparesTextIgnoringCaseInManyScripts) {
    EXPECT_TRUE(loosely_equal(Value{"Straßen ÄÖ"}, Value{"sTRAßEN äö"}));
    EXPECT_TRUE(loosely_equal(Value{"ПРИВЕТ"}, Value{"привет"}));
    EXPECT_TRUE(loosely_equal(Value{"λόγος"}, Value{"ΛΌΓΟΣ"}));
    EXPECT_FALSE(loosely_equal(Value{"ı"}, Value{"I"}));
    EXPECT_TRUE(less_than(Value{"😀"}, Value{"\uffee"}));
    EXPECT_TRUE(less_than(Value{"A"}, Value{"b"}));
}

TEST(Value, ComparesArraysByIdentity) {
    const Value one{Value::Array{Value{1}}};
    const auto same = one;

    EXPECT_TRUE(loosely_equal(one, same));
    EXPECT_FALSE(loosely_equal(one, Value{Value::Array{Value{1}}}));
    EXPECT_FALSE(loosely_equal(one, Value{1}));
}

}  // namespace
}  // namespace flux::workflow
