#include "observe/log_line.hpp"

#include <gmock/gmock.h>

#include <array>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "base/text.hpp"

namespace flux::observe {
namespace {

using testing::HasSubstr;

const WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + std::chrono::hours{12}};

std::string json_of(std::string_view message, std::vector<LogField> fields = {}) {
    return log_line(LogFormat::json, noon, LogLevel::info, message, fields);
}

static_assert(!std::is_constructible_v<LogField, std::string_view, Secret>);
static_assert(!std::is_constructible_v<LogField, std::string_view, const Secret&>);

TEST(LogLine, IsOneJsonObjectWithItsFieldsBehindTheMessage) {
    const auto line = json_of("run finished", {{"run_id", 7}, {"ok", true}, {"share", 0.5}, {"branch", "main"}});

    EXPECT_EQ(line,
              "{\"time\":\"2026-11-24T12:00:00.000Z\",\"level\":\"info\",\"message\":\"run finished\","
              "\"run_id\":7,\"ok\":true,\"share\":0.5,\"branch\":\"main\"}\n");
}

TEST(LogLine, IsReadableForAPerson) {
    const std::array fields{LogField{"run_id", 7}, LogField{"title", "say \"hi\" now"}, LogField{"branch", "main"}};

    EXPECT_EQ(log_line(LogFormat::readable, noon, LogLevel::warning, "run finished", fields),
              "12:00:00.000 warning run finished run_id=7 title=\"say \\\"hi\\\" now\" branch=main\n");
}

TEST(LogLine, EscapesWhatWouldBreakALineOrATerminal) {
    struct Row {
        const char* name;
        std::string text;
        const char* written;
    };
    const std::array rows{
        Row{"line feed", "a\nb", "a\\nb"},
        Row{"carriage return", "a\rb", "a\\rb"},
        Row{"line separator",
            "a\xE2\x80\xA8"
            "b",
            "a\\u2028b"},
        Row{"escape sequence", "\x1b[31mred", "\\u001b[31mred"},
        Row{"one-byte escape",
            "a\xC2\x9B"
            "31m",
            "a\\u009b31m"},
        Row{"NUL", std::string{"a\0b", 3}, "a\\u0000b"},
        Row{"NUL beside malformed bytes", std::string{"a\0\xFF", 3}, "a\\u0000\xEF\xBF\xBD"},
        Row{"malformed UTF-8", "a\xFF", "a\xEF\xBF\xBD"},
        Row{"right-to-left override", "a\xE2\x80\xAE", "a\\u202e"},
        Row{"tag character", "a\xF3\xA0\x81\x81", "a\\udb40\\udc41"},
        Row{"quotes", "a\"b\\", "a\\\"b\\\\"},
        Row{"plain letters", "déjà 😀", "déjà 😀"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_THAT(json_of(row.text), HasSubstr("\"message\":\"" + std::string{row.written} + "\"}"));
        EXPECT_THAT(json_of("m", {{"field", row.text}}), HasSubstr("\"field\":\"" + std::string{row.written} + "\""));
        EXPECT_EQ(log_line(LogFormat::readable, noon, LogLevel::info, row.text, {}).find('\n'),
                  log_line(LogFormat::readable, noon, LogLevel::info, row.text, {}).size() - 1);
    }
}

TEST(LogLine, CutsALongFieldBetweenCharacters) {
    std::string text;
    for (int i = 0; i < 500'000; ++i) text += "é";

    const auto line = json_of("m", {{"field", text}});

    EXPECT_LT(line.size(), 9000U);
    EXPECT_TRUE(is_utf8(line));
    EXPECT_THAT(line, HasSubstr("… (1000000 bytes)"));
}

TEST(LogLine, WritesNumbersThatJsonCannotHoldAsNull) {
    EXPECT_THAT(json_of("m", {{"n", std::numeric_limits<double>::infinity()}}), HasSubstr("\"n\":null"));
}

TEST(LogLine, KeepsToOneLineOfWellFormedTextForRandomBytes) {
    std::mt19937 random{1};
    for (int round = 0; round < 20'000; ++round) {
        std::string text(random() % 40, '\0');
        for (auto& c : text) c = static_cast<char>(random());

        const auto line = json_of(text, {{"field", text}});

        ASSERT_TRUE(is_utf8(line));
        ASSERT_EQ(line.find('\n'), line.size() - 1);
        for (const auto c : line.substr(0, line.size() - 1)) ASSERT_GE(static_cast<unsigned char>(c), 0x20);
    }
}

}  // namespace
}  // namespace flux::observe
