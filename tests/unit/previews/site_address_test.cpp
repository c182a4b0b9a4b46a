#include "previews/site_address.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>

namespace flux::previews {
namespace {

using Kind = PreviewHost::Kind;

TEST(SiteAddresses, AreOnThisMachineWithoutAPublicOrigin) {
    const SiteAddresses addresses{8788};

    EXPECT_EQ(addresses.url_of("r1-0123456789"), "http://r1-0123456789.localhost:8788/");
    EXPECT_EQ(addresses.path_url_of("r1-0123456789"), "http://127.0.0.1:8788/p/r1-0123456789/");
}

TEST(SiteAddresses, AreUnderThePublicOriginWhereThereIsOne) {
    const SiteAddresses addresses{8788, *WildcardOrigin::parse("https://*.previews.example.com")};

    EXPECT_EQ(addresses.url_of("main"), "https://main.previews.example.com/");
    EXPECT_EQ(addresses.path_url_of("main"), "");
    EXPECT_EQ(WildcardOrigin::parse("http://*.Example.com:8443/")->url_of("main"), "http://main.example.com:8443/");
}

TEST(WildcardOrigin, HasToHaveTheStarInFront) {
    for (const auto* text :
         {"", "https://previews.example.com", "https://a.*.example.com", "*.example.com", "ftp://*.example.com",
          "https://*.", "https://*", "https://*.example.com/x", "https://*.example.com:0", "https://*.example.com:x",
          "https://*.exa mple.com", "https://*.*.example.com", "https://*..example.com"}) {
        const auto parsed = WildcardOrigin::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
    }
}

TEST(PreviewHost, SaysWhatIsAskedFor) {
    struct Row {
        const char* host;
        Kind kind;
        const char* label;
    };
    constexpr std::array rows{
        Row{"r1-0123456789.localhost:8788", Kind::label, "r1-0123456789"},
        Row{"main.localhost", Kind::label, "main"},
        Row{"MAIN.LocalHost.:80", Kind::label, "main"},
        Row{"main.previews.example.com", Kind::label, "main"},
        Row{"localhost:8788", Kind::by_path, ""},
        Row{"127.0.0.1:8788", Kind::by_path, ""},
        Row{"127.9.9.9", Kind::by_path, ""},
        Row{"[::1]:8788", Kind::by_path, ""},
        Row{"[::1]", Kind::by_path, ""},
        Row{"", Kind::foreign, ""},
        Row{".localhost", Kind::foreign, ""},
        Row{"a.b.localhost", Kind::foreign, ""},
        Row{"-a.localhost", Kind::foreign, ""},
        Row{"a_b.localhost", Kind::foreign, ""},
        Row{"evil.com", Kind::foreign, ""},
        Row{"main.localhost.evil.com", Kind::foreign, ""},
        Row{"main.localhost:8788.evil.com", Kind::foreign, ""},
        Row{"main.localhost:", Kind::foreign, ""},
        Row{"main.localhost:x", Kind::foreign, ""},
        Row{"main.localhost:99999", Kind::foreign, ""},
        Row{"previews.example.com", Kind::foreign, ""},
        Row{"192.168.1.5:8788", Kind::foreign, ""},
        Row{"127.0.0.1.evil.com", Kind::foreign, ""},
        Row{"2130706433", Kind::foreign, ""},
        Row{"main.localhost/..", Kind::foreign, ""},
        Row{"user@localhost", Kind::foreign, ""},
    };
    const auto public_origin = *WildcardOrigin::parse("https://*.previews.example.com");
    for (const auto& row : rows) {
        SCOPED_TRACE(row.host);
        const auto host = read_preview_host(row.host, public_origin);
        EXPECT_EQ(host.kind, row.kind);
        EXPECT_EQ(host.label, row.label);
    }
    EXPECT_EQ(read_preview_host(std::string_view{"localhost\0.x", 12}).kind, Kind::foreign);
    EXPECT_EQ(read_preview_host("main.previews.example.com").kind, Kind::foreign);
}

}  // namespace
}  // namespace flux::previews
