#include "base/id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace flux {
namespace {

TEST(Id, IsHexOfTheAskedLengthAndDoesNotRepeat) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto id = random_id(16);
        EXPECT_EQ(id.size(), 32u);
        EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
        seen.insert(id);
    }
    EXPECT_EQ(seen.size(), 1000u);
}

}  // namespace
}  // namespace flux
