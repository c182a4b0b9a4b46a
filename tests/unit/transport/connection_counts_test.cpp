#include "transport/connection_counts.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace flux::transport {
namespace {

asio::ip::address address(const char* text) { return asio::ip::make_address(text); }

HttpLimits limits(std::size_t all, std::size_t strangers, std::size_t of_one) {
    HttpLimits limits;
    limits.connections = all;
    limits.unauthenticated = strangers;
    limits.unauthenticated_per_address = of_one;
    return limits;
}

TEST(ConnectionCounts, GivesAPlaceBackWithTheConnection) {
    ConnectionCounts counts{limits(10, 10, 1)};
    {
        const auto place = counts.take(address("10.0.0.1"));
        ASSERT_TRUE(place);
        EXPECT_FALSE(counts.take(address("10.0.0.1")));
        EXPECT_TRUE(counts.take(address("10.0.0.2")));
    }
    EXPECT_TRUE(counts.take(address("10.0.0.1")));
}

TEST(ConnectionCounts, LeavesRoomForThoseWhoAreKnown) {
    ConnectionCounts counts{limits(3, 2, 2)};
    std::vector<ConnectionCounts::Place> known;
    for (int i = 0; i < 3; ++i) {
        auto place = counts.take(address("10.0.0.1"));
        ASSERT_TRUE(place);
        place->let_in();
        place->let_in();
        known.push_back(std::move(*place));
    }
    EXPECT_FALSE(counts.take(address("10.0.0.2"))) << "nobody comes in beyond the limit for all";
    known.pop_back();
    EXPECT_TRUE(counts.take(address("10.0.0.2")));
}

TEST(ConnectionCounts, TakesAnIpv6NetworkForOneAddress) {
    ConnectionCounts counts{limits(10, 10, 1)};
    const auto place = counts.take(address("2001:db8:1:2::1"));
    EXPECT_FALSE(counts.take(address("2001:db8:1:2:ffff::9")));
    EXPECT_TRUE(counts.take(address("2001:db8:1:3::1")));

    const auto mapped = counts.take(address("::ffff:10.0.0.1"));
    EXPECT_FALSE(counts.take(address("10.0.0.1")));
}

TEST(ConnectionCounts, CountsThisMachineAsMany) {
    ConnectionCounts counts{limits(10, 3, 1)};
    const auto first = counts.take(address("127.0.0.1"));
    const auto second = counts.take(address("127.0.0.1"));
    const auto mapped = counts.take(address("::ffff:127.0.0.1"));
    EXPECT_TRUE(first && second && mapped);
    EXPECT_FALSE(counts.take(address("::1"))) << "the limit for all strangers holds";
}

}  // namespace
}  // namespace flux::transport
