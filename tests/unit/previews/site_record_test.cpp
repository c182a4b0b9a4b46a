#include "previews/site_record.hpp"

#include <gmock/gmock.h>

#include <string>

namespace flux::previews {
namespace {

Site site() {
    Site site;
    site.id = "r12-0123456789";
    site.run_id = 12;
    site.attempt = 2;
    site.branch = "feature/100%\nstate removed";
    site.started_at = WallTime{std::chrono::microseconds{1'000'001}};
    site.published_at = WallTime{std::chrono::microseconds{2'000'002}};
    site.expires_at = WallTime{std::chrono::microseconds{3'000'003}};
    site.files = 4;
    site.bytes = 5;
    return site;
}

TEST(SiteRecord, ComesBackAsItWas) {
    const auto read = from_record(to_record(site()));

    ASSERT_TRUE(read);
    EXPECT_EQ(to_record(*read), to_record(site()));
    EXPECT_EQ(read->branch, site().branch);
    EXPECT_EQ(read->state, SiteState::served);
    EXPECT_EQ(read->expires_at, site().expires_at);
}

TEST(SiteRecord, IsRefusedWhenAnyPartOfItIsMissing) {
    const auto whole = to_record(site());

    for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_FALSE(from_record(whole.substr(0, length)));
}

TEST(SiteRecord, IsRefusedWhenItsIdCouldBeAPath) {
    auto hostile = site();
    hostile.id = "../../etc";

    EXPECT_FALSE(from_record(to_record(hostile)));
}

}  // namespace
}  // namespace flux::previews
