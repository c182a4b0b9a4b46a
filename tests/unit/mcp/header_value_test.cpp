#include "mcp/header_value.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux::mcp {
namespace {

TEST(HeaderText, DecodesTheMarkedFormAndNothingElse) {
    struct Row {
        const char* value;
        std::optional<std::string> text;
    };
    const std::array rows{
        Row{"builds.status", "builds.status"},
        Row{"  padded\t", "padded"},
        Row{"", ""},
        Row{"=?base64?aGVsbG8=?=", "hello"},
        Row{"=?base64?w7w=?=", "\xC3\xBC"},
        Row{"=?base64?"
            "?=",
            ""},
        Row{"=?base64?Zm9vYmFy?=", "foobar"},
        Row{"=?BASE64?aGVsbG8=?=", "=?BASE64?aGVsbG8=?="},
        Row{"aGVsbG8=", "aGVsbG8="},
        Row{"=?base64?aGVsbG8?=", {}},
        Row{"=?base64?aGVs bG8=?=", {}},
        Row{"=?base64?aGVsbG9=?=", {}},
        Row{"=?base64?aGVsb-8=?=", {}},
        Row{"=?base64?==="
            "=?=",
            {}},
        Row{"=?base64?a===?=", {}},
    };
    for (const auto& row : rows) EXPECT_EQ(header_text(row.value), row.text) << row.value;
}

}  // namespace
}  // namespace flux::mcp
