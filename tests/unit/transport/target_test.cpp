#include "transport/target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace flux::transport {
namespace {

TEST(Target, SplitsAtTheFirstQuestionMark) {
    EXPECT_EQ(Target{"/mcp?token=a?b"}.path, "/mcp");
    EXPECT_EQ(Target{"/mcp?token=a?b"}.query, "token=a?b");
    EXPECT_EQ(Target{"/mcp"}.query, "");
}

TEST(Target, DecodesEscapesOrNothing) {
    EXPECT_EQ(percent_decoded("/a%20b%2Fc+d"), "/a b/c+d");
    EXPECT_EQ(percent_decoded("%c3%A9"), "\xc3\xa9");
    EXPECT_FALSE(percent_decoded("%"));
    EXPECT_FALSE(percent_decoded("%4"));
    EXPECT_FALSE(percent_decoded("%4g"));
    EXPECT_FALSE(percent_decoded("a%00b"));
}

TEST(Target, FindsAParameterByItsDecodedName) {
    EXPECT_EQ(query_value("a=1&tok%65n=x%26+y&token=z", "token"), "x& y");
    EXPECT_EQ(query_value("token", "token"), "");
    EXPECT_FALSE(query_value("tokens=1", "token"));
    EXPECT_FALSE(query_value("token=%zz", "token"));
    EXPECT_FALSE(query_value("", "token"));
}

TEST(Target, IsWrittenToLogsWithoutSecrets) {
    EXPECT_EQ(without_secrets("/mcp?names=safe&token=s3cret"), "/mcp?names=safe&token=...");
    EXPECT_EQ(without_secrets("/mcp?tok%65n=s3cret&ticket=t"), "/mcp?tok%65n=...&ticket=...");
    EXPECT_EQ(without_secrets("/mcp"), "/mcp");
}

}  // namespace
}  // namespace flux::transport
