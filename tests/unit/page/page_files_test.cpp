#include "page/page_files.hpp"

#include <gmock/gmock.h>

#include <array>
#include <map>
#include <string>

#include "fakes/loop.hpp"

namespace flux::page {
namespace {

using transport::HttpRequest;
using transport::HttpResponse;

const std::string large(200'000, 'x');

const std::array files{
    PageFile{"/index.html", "text/html; charset=utf-8", "d1", false, "<!doctype html>", {}, {}},
    PageFile{"/assets/index-4f3a.js", "text/javascript; charset=utf-8", "d2", true, large, "gzipped", "brotlied"},
};

HttpResponse get(std::string path, std::map<std::string, std::string> fields = {}, std::string method = "GET") {
    HttpRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    for (auto& field : fields) request.fields.emplace_back(field);
    return PageFiles{files}.answer(request);
}

std::string field(const HttpResponse& response, std::string_view name) {
    for (const auto& [known, value] : response.fields) {
        if (known == name) return value;
    }
    return "";
}

std::string body_of(const HttpResponse& response) {
    std::string all;
    for (;;) {
        const auto piece = *run(response.source->next());
        if (piece.empty()) return all;
        EXPECT_LE(piece.size(), std::size_t{64 * 1024});
        all += piece;
    }
}

TEST(PageFiles, ServeThePageAtTheRootAndForItsOwnPaths) {
    for (const auto* path : {"/", "/index.html"}) {
        const auto page = get(path);
        EXPECT_EQ(page.status, 200) << path;
        EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
        EXPECT_EQ(field(page, "Cache-Control"), "no-cache");
        EXPECT_EQ(body_of(page), "<!doctype html>");
        EXPECT_EQ(page.length, 15U);
    }
    const std::map<std::string, std::string> browser{{"accept", "text/html,application/xhtml+xml"}};
    EXPECT_EQ(get("/runs/7", browser).status, 200);
    EXPECT_EQ(get("/runs/7").status, 404) << "a program asked";
    EXPECT_EQ(get("/robots.txt", browser).status, 404);
    EXPECT_EQ(get("/assets/index-0000.js", browser).status, 404);
    EXPECT_EQ(get("/", {}, "POST").status, 405);
}

TEST(PageFiles, SendTheEncodingThatIsWantedMost) {
    struct Row {
        const char* accept;
        const char* coding;
        std::string_view body;
    };
    const std::array rows{
        Row{"gzip, deflate, br", "br", "brotlied"},
        Row{"gzip", "gzip", "gzipped"},
        Row{"br;q=0.1, gzip;q=0.2", "gzip", "gzipped"},
        Row{"", "", large},
        Row{"zstd", "", large},
        Row{"gzip;q=0.1, identity", "", large},
        Row{"*;q=0", "", large},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.accept);
        const auto script = get("/assets/index-4f3a.js", {{"accept-encoding", row.accept}});
        EXPECT_EQ(field(script, "Content-Encoding"), row.coding);
        EXPECT_EQ(field(script, "Vary"), "Accept-Encoding");
        EXPECT_EQ(field(script, "Cache-Control"), "public, max-age=31536000, immutable");
        EXPECT_EQ(script.length, row.body.size());
        EXPECT_TRUE(body_of(script) == row.body);
    }
}

TEST(PageFiles, AnswerAKnownEncodingWith304) {
    const auto tag = [](const char* accept) {
        return field(get("/assets/index-4f3a.js", {{"accept-encoding", accept}}), "ETag");
    };
    EXPECT_NE(tag("gzip"), tag("br"));
    EXPECT_NE(tag("gzip"), tag(""));
    const auto same = get("/assets/index-4f3a.js", {{"accept-encoding", "br"}, {"if-none-match", tag("br")}});
    EXPECT_EQ(same.status, 304);
    EXPECT_FALSE(same.source);
    EXPECT_EQ(get("/assets/index-4f3a.js", {{"accept-encoding", "br"}, {"if-none-match", tag("gzip")}}).status, 200);
}

}  // namespace
}  // namespace flux::page
