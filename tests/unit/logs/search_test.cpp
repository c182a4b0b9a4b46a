#include "logs/search.hpp"

#include <gmock/gmock.h>

namespace flux::logs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const RawLog& sample() {
    static const auto log = RawLog::decode(
        "##[group]Run make\n##[endgroup]\na.b error\naxb Error\n"
        "##[group]Run test\n##[endgroup]\nerror in test\n");
    return log;
}

TEST(Search, FindsTextByItsLettersAndExpressionsByTheirMeaning) {
    struct Row {
        const char* name;
        const char* pattern;
        SearchOptions options;
        std::vector<std::size_t> lines;
    };
    const std::vector<Row> rows{
        {"literal", "a.b", {}, {3}},
        {"regex", "a.b", {.regex = true}, {3, 4}},
        {"case", "ERROR", {.ignore_case = true}, {3, 4, 7}},
        {"step", "error", {.step = "TEST"}, {7}},
        {"nothing", "zzz", {}, {}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto result = search(sample(), row.pattern, row.options);
        ASSERT_TRUE(result);
        EXPECT_EQ(result->lines, row.lines);
    }
}

TEST(Search, CountsWhatItDoesNotKeep) {
    const auto result = search(sample(), "rror", {.limit = 1});

    ASSERT_TRUE(result);
    EXPECT_THAT(result->lines, ElementsAre(3));
    EXPECT_EQ(result->total, 3u);
}

TEST(Search, SaysWhatIsWrongWithAPattern) {
    const auto result = search(sample(), "a(b", {.regex = true});

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "invalid_pattern");
    EXPECT_THAT(result.error().message, HasSubstr("a(b"));
}

}  // namespace
}  // namespace flux::logs
