#include "admission/address.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>

namespace flux::admission {
namespace {

TEST(Address, HasOneFormForEachAddress) {
    struct Row {
        const char* name;
        const char* text;
        const char* canonical;
        const char* budget;
    };
    constexpr std::array rows{
        Row{"IPv4", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
        Row{"IPv4 in IPv6", "::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"},
        Row{"IPv4 in IPv6 in hex", "::ffff:c000:207", "192.0.2.7", "192.0.2.7"},
        Row{"IPv6", "2001:DB8:0:2::7", "2001:db8:0:2::7", "2001:db8:0:2::/64"},
        Row{"brackets", "[::1]", "::1", "::/64"},
        Row{"zone", "fe80::1%eth0", "fe80::1", "fe80::/64"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto address = Address::parse(row.text);
        ASSERT_TRUE(address);
        EXPECT_EQ(address->text(), row.canonical);
        EXPECT_EQ(address->budget_key(), row.budget);
    }
}

TEST(Address, RefusesOtherSpellings) {
    for (const auto* text : {"", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "1.2.3.4.5", "256.1.1.1", "::g", "[::1",
                             "1.2.3.4 ", "localhost", "%", "1.2.3.4%eth0"}) {
        EXPECT_FALSE(Address::parse(text)) << text;
    }
    EXPECT_FALSE(Address::parse(std::string_view{"127.0.0.1\0x", 11}));
}

TEST(Address, KnowsLoopbackAndUnspecified) {
    EXPECT_TRUE(Address::parse("127.8.9.1")->is_loopback());
    EXPECT_TRUE(Address::parse("::1")->is_loopback());
    EXPECT_TRUE(Address::parse("::ffff:127.0.0.1")->is_loopback());
    EXPECT_FALSE(Address::parse("128.0.0.1")->is_loopback());
    EXPECT_TRUE(Address::parse("0.0.0.0")->is_unspecified());
    EXPECT_TRUE(Address::parse("::")->is_unspecified());
    EXPECT_FALSE(Address::parse("::1")->is_unspecified());
}

TEST(Address, KnowsWhichBindsAreReachedFromThisMachineOnly) {
    EXPECT_TRUE(is_loopback_host("localhost"));
    EXPECT_TRUE(is_loopback_host("127.0.0.1"));
    EXPECT_TRUE(is_loopback_host("::1"));
    EXPECT_FALSE(is_loopback_host("0.0.0.0"));
    EXPECT_FALSE(is_loopback_host("::"));
    EXPECT_FALSE(is_loopback_host("example.com"));
}

TEST(AddressRange, HoldsTheAddressesThatBeginAlike) {
    struct Row {
        const char* range;
        const char* address;
        bool inside;
    };
    constexpr std::array rows{
        Row{"10.0.0.0/8", "10.255.1.1", true},
        Row{"10.0.0.0/8", "11.0.0.1", false},
        Row{"10.0.0.0/8", "::ffff:10.0.0.1", true},
        Row{"192.0.2.128/25", "192.0.2.129", true},
        Row{"192.0.2.128/25", "192.0.2.127", false},
        Row{"192.0.2.7", "192.0.2.7", true},
        Row{"192.0.2.7", "192.0.2.8", false},
        Row{"0.0.0.0/0", "8.8.8.8", true},
        Row{"0.0.0.0/0", "2001:db8::1", false},
        Row{"::/0", "2001:db8::1", true},
        Row{"::/0", "8.8.8.8", false},
        Row{"2001:db8::/33", "2001:db8:8000::1", false},
        Row{"2001:db8::/33", "2001:db8:7fff::1", true},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(std::string{row.range} + " " + row.address);
        EXPECT_EQ(AddressRange::parse(row.range)->contains(*Address::parse(row.address)), row.inside);
    }
}

TEST(AddressRange, RefusesWhatIsNone) {
    for (const auto* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "example.com", "10.0.0.0/8/8"}) {
        EXPECT_FALSE(AddressRange::parse(text)) << text;
    }
}

}  // namespace
}  // namespace flux::admission
