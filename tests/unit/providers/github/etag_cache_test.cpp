#include "providers/github/etag_cache.hpp"

#include <gtest/gtest.h>

namespace flux::providers::github {
namespace {

net::HttpReply with_etag(std::string etag, std::string body) {
    return {.status = 200, .fields = {{"etag", std::move(etag)}}, .body = std::move(body)};
}

TEST(EtagCache, GivesBackWhatItKept) {
    EtagCache cache;
    cache.keep("a", with_etag("\"1\"", "one"));

    EXPECT_EQ(cache.etag_of("a"), "\"1\"");
    ASSERT_TRUE(cache.find("a"));
    EXPECT_EQ(cache.find("a")->body, "one");
    EXPECT_EQ(cache.etag_of("b"), "");
}

TEST(EtagCache, ForgetsWhatHasNoEtagAnyMore) {
    EtagCache cache;
    cache.keep("a", with_etag("\"1\"", "one"));
    cache.keep("a", {.status = 404, .fields = {}, .body = {}});

    EXPECT_EQ(cache.etag_of("a"), "");
}

TEST(EtagCache, KeepsToItsRoomAndDropsWhatWasNotUsedLongest) {
    EtagCache cache{10'000};
    const std::string body(1500, 'x');
    for (const auto* key : {"a", "b", "c", "d"}) cache.keep(key, with_etag("\"1\"", body));
    ASSERT_TRUE(cache.find("a"));
    cache.keep("e", with_etag("\"1\"", body));

    EXPECT_TRUE(cache.find("a"));
    EXPECT_FALSE(cache.find("b"));
    EXPECT_TRUE(cache.find("e"));
}

TEST(EtagCache, LeavesWhatIsTooLarge) {
    EtagCache cache{10'000};
    cache.keep("a", with_etag("\"1\"", std::string(5'000, 'x')));

    EXPECT_FALSE(cache.find("a"));
}

}  // namespace
}  // namespace flux::providers::github
