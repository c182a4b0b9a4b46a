#include "json/compact.hpp"

#include <gtest/gtest.h>

namespace flux::json {
namespace {

TEST(Compact, LeavesOutBlanksBetweenPartsOnly) {
    EXPECT_EQ(compact("{\n  \"a b\" : [1,\t2 ] ,\r\n \"c\" : \"x \\\" \\\\\" , \"d\": {} }\n"),
              R"({"a b":[1,2],"c":"x \" \\","d":{}})");
    EXPECT_EQ(compact(""), "");
}

}  // namespace
}  // namespace flux::json
