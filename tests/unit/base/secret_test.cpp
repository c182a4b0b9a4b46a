#include "base/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>

namespace flux {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

TEST(Secret, HasNoWayOutButReveal) {
    static_assert(!Streamable<Secret>);
    static_assert(!fmt::is_formattable<Secret>::value);

    EXPECT_EQ(Secret{"token"}.reveal(), "token");
}

TEST(Secret, LeavesNothingBehindWhenItIsMovedFrom) {
    Secret from{"short"};
    const Secret to{std::move(from)};

    EXPECT_EQ(to.reveal(), "short");
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the promise
}

}  // namespace
}  // namespace flux
