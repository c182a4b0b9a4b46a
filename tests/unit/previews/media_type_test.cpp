#include "previews/media_type.hpp"

#include <gmock/gmock.h>

namespace flux::previews {
namespace {

TEST(MediaType, IsThatOfTheExtension) {
    EXPECT_EQ(media_type_of("index.html").name, "text/html; charset=utf-8");
    EXPECT_EQ(media_type_of("a/b.min.JS").name, "text/javascript; charset=utf-8");
    EXPECT_EQ(media_type_of("site.webmanifest").name, "application/manifest+json");
    EXPECT_EQ(media_type_of("font.woff2").name, "font/woff2");
    EXPECT_EQ(media_type_of("app.wasm").name, "application/wasm");
    EXPECT_EQ(media_type_of("logo.svg").name, "image/svg+xml");
    EXPECT_TRUE(media_type_of("logo.svg").is_known);
}

TEST(MediaType, IsUnknownForTheRest) {
    for (const auto* path : {"", "LICENSE", "a.html/b", "x.", "x.exe", "x.htmlx", ".html/"}) {
        EXPECT_FALSE(media_type_of(path).is_known) << path;
        EXPECT_EQ(media_type_of(path).name, "application/octet-stream");
    }
}

}  // namespace
}  // namespace flux::previews
