#include "base/mostly_empty.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unordered_map>

namespace flux {
namespace {

using Names = std::unordered_map<int, std::string>;

TEST(MostlyEmpty, IsReadAsEmptyBeforeItWasFilled) {
    const MostlyEmpty<Names> names;

    EXPECT_TRUE(names->empty());
    EXPECT_EQ((*names).count(1), 0u);
    EXPECT_EQ(sizeof names, sizeof(void*));
}

TEST(MostlyEmpty, KeepsWhatWasFilledIn) {
    MostlyEmpty<Names> names;

    names.edit()->emplace(1, "one");
    names.edit()->emplace(2, "two");

    EXPECT_EQ(names->size(), 2u);
    EXPECT_EQ(names->at(1), "one");
}

TEST(MostlyEmpty, LetsGoOfItsMemoryWithTheLastOfIt) {
    MostlyEmpty<Names> names;
    names.edit()->emplace(1, "one");
    const auto* const filled = &*names;

    names.edit()->erase(1);

    EXPECT_NE(&*names, filled);
    EXPECT_TRUE(names->empty());
}

}  // namespace
}  // namespace flux
