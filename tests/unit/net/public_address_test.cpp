#include "net/public_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace flux::net {
namespace {

bool holds(bool (*rule)(const sockaddr&), const char* text) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) return rule(reinterpret_cast<const sockaddr&>(v4));
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
    return rule(reinterpret_cast<const sockaddr&>(v6));
}

bool is_public(const char* text) { return holds(is_public_address, text); }
bool is_link_local(const char* text) { return holds(is_link_local_address, text); }

TEST(LinkLocalAddress, IsFoundInEveryForm) {
    for (const auto* text : {"169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"}) {
        EXPECT_TRUE(is_link_local(text)) << text;
    }
    for (const auto* text : {"127.0.0.1", "10.0.0.1", "8.8.8.8", "::1", "169.253.0.1", "fec0::1"}) {
        EXPECT_FALSE(is_link_local(text)) << text;
    }
}

TEST(PublicAddress, TellsTheOpenInternetFromTheRest) {
    for (const auto* text : {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1",
                             "192.167.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
                             "64:ff9b::808:808", "2002:808:808::1"}) {
        EXPECT_TRUE(is_public(text)) << text;
    }
    for (const auto* text : {"0.0.0.0",
                             "10.1.2.3",
                             "100.64.0.1",
                             "127.0.0.1",
                             "127.255.255.255",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "203.0.113.9",
                             "224.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "fe80::1",
                             "fc00::1",
                             "fd12::1",
                             "ff02::1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "64:ff9b::a00:1",
                             "2002:a00:1::1",
                             "2002:7f00:1::1",
                             "2001:db8::1",
                             "2001::1",
                             "::7f00:1"}) {
        EXPECT_FALSE(is_public(text)) << text;
    }
}

}  // namespace
}  // namespace flux::net
