#include "transport/preview_site.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "fakes/manual_clock.hpp"
#include "fakes/temporary_folder.hpp"

namespace flux::transport {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;
using namespace std::chrono_literals;

using Fields = std::vector<std::pair<std::string, std::string>>;

class PreviewSiteTest : public testing::Test {
protected:
    PreviewSiteTest() : store_{*previews::SiteStore::open(root_.path() / "previews", clock_)}, site_{*store_, pool_} {
        source_.write("index.html", "front page");
        source_.write("dir/index.html", "folder");
        source_.write("evil.com/index.html", "folder");
        source_.write("a b?.txt", "odd");
        source_.write("data.bin", "0123456789");
        source_.write("p/index.html", "a page called p");
        id_ = publish("main");
    }

    std::string publish(const std::string& branch) {
        clock_.advance(1s);
        return store_
            ->publish({.site_id = previews::new_site_id(1),
                       .run_id = 1,
                       .branch = branch,
                       .started_at = clock_.wall_now(),
                       .source = source_.path()})
            ->id;
    }

    HttpResponse ask(std::string host, std::string path, Fields fields = {}, std::string method = "GET") {
        HttpRequest request;
        request.method = std::move(method);
        request.host = std::move(host);
        request.path = std::move(path);
        request.fields = std::move(fields);
        return site_.handle(request);
    }

    HttpResponse get(std::string path, Fields fields = {}) {
        return ask(id_ + ".localhost:8788", std::move(path), std::move(fields));
    }

    static std::string body_of(const HttpResponse& response) {
        if (!response.file) return response.body;
        std::string text(response.file->length, '\0');
        const auto got =
            ::pread(response.file->file.get(), text.data(), text.size(), static_cast<off_t>(response.file->offset));
        EXPECT_EQ(got, static_cast<ssize_t>(text.size()));
        return text;
    }

    static std::string field_of(const HttpResponse& response, std::string_view name) {
        for (const auto& [known, value] : response.fields) {
            if (known == name) return value;
        }
        return {};
    }

    ManualClock clock_;
    TemporaryFolder root_;
    TemporaryFolder source_;
    std::unique_ptr<previews::SiteStore> store_;
    async::BlockingPool pool_{1};
    PreviewSite site_;
    std::string id_;
};

TEST_F(PreviewSiteTest, ServesASiteByItsNameItsBranchAndItsPath) {
    EXPECT_EQ(body_of(get("/")), "front page");
    EXPECT_EQ(body_of(ask("main.localhost:8788", "/")), "front page");
    EXPECT_EQ(body_of(ask("127.0.0.1:8788", "/p/" + id_ + "/")), "front page");
    EXPECT_EQ(body_of(ask("localhost:8788", "/p/" + id_ + "/dir/")), "folder");
    EXPECT_EQ(get("/").content_type, "text/html; charset=utf-8");
}

TEST_F(PreviewSiteTest, RefusesHostsItDoesNotKnow) {
    for (const auto* host : {"", "evil.com", "main.localhost.evil.com", "192.168.1.5:8788", "a.main.localhost"}) {
        EXPECT_EQ(ask(host, "/").status, 421) << host;
        EXPECT_EQ(ask(host, "/p/" + id_ + "/").status, 421) << host;
    }
}

TEST_F(PreviewSiteTest, ServesThePublicNamesOnlyWhereThereAreSome) {
    PreviewSite open{*store_, pool_, *previews::WildcardOrigin::parse("https://*.previews.example.com")};
    HttpRequest request;
    request.method = "GET";
    request.path = "/";
    request.host = "main.previews.example.com";

    EXPECT_EQ(open.handle(request).status, 200);
    EXPECT_EQ(site_.handle(request).status, 421);
}

TEST_F(PreviewSiteTest, TakesNoMethodThatChangesAnything) {
    for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"}) {
        const auto response = ask("main.localhost", "/", {}, method);
        EXPECT_EQ(response.status, 405) << method;
        EXPECT_EQ(field_of(response, "Allow"), "GET, HEAD");
    }
    EXPECT_EQ(ask("main.localhost", "/", {}, "HEAD").status, 200);
}

TEST_F(PreviewSiteTest, TellsNeverFromNoMore) {
    EXPECT_EQ(ask("never.localhost", "/").status, 404);
    EXPECT_EQ(ask("r1-ffffffffff.localhost", "/").status, 404);
    EXPECT_EQ(get("/missing").status, 404);

    ASSERT_TRUE(store_->remove(id_));

    EXPECT_EQ(get("/").status, 410);
    EXPECT_EQ(ask("main.localhost", "/").status, 410);
    EXPECT_EQ(ask("127.0.0.1", "/p/" + id_ + "/").status, 410);
    EXPECT_THAT(get("/").body, HasSubstr("removed"));
}

TEST_F(PreviewSiteTest, ServesByPathOnlyWhatCannotBeGuessed) {
    for (const auto* path : {"/", "/p", "/p/", "/p/main/", "/p/../", "/p//", "/index.html", "/P/x/"}) {
        EXPECT_EQ(ask("127.0.0.1:8788", path).status, 404) << path;
    }
    EXPECT_EQ(body_of(get("/p/")), "a page called p");
}

TEST_F(PreviewSiteTest, MakesThePathFormAnOriginOfItsOwn) {
    const auto by_path = ask("127.0.0.1:8788", "/p/" + id_ + "/");
    EXPECT_THAT(by_path.fields, Contains(Pair("Content-Security-Policy", "sandbox allow-scripts")));
    EXPECT_THAT(ask("127.0.0.1:8788", "/p/" + id_ + "/missing").fields,
                Contains(Pair("Content-Security-Policy", "sandbox allow-scripts")));

    const auto by_name = get("/");
    EXPECT_EQ(field_of(by_name, "Content-Security-Policy"), "");
    EXPECT_EQ(field_of(by_name, "Access-Control-Allow-Origin"), "");
    EXPECT_EQ(field_of(by_name, "Cross-Origin-Resource-Policy"), "same-origin");
}

TEST_F(PreviewSiteTest, SaysTheSameToBrowsersAndCrawlersEveryTime) {
    ASSERT_TRUE(store_->find(id_));
    const std::vector<std::pair<std::string, std::string>> requests{
        {id_ + ".localhost", "/"},       {id_ + ".localhost", "/missing"},
        {id_ + ".localhost", "/dir"},    {"evil.com", "/"},
        {"never.localhost", "/"},        {"127.0.0.1", "/"},
        {"127.0.0.1", "/p/" + id_ + "/"}};
    for (const auto& [host, path] : requests) {
        SCOPED_TRACE(host + path);
        const auto response = ask(host, path);
        EXPECT_THAT(response.fields, Contains(Pair("X-Content-Type-Options", "nosniff")));
        EXPECT_THAT(response.fields, Contains(Pair("Referrer-Policy", "no-referrer")));
        EXPECT_THAT(response.fields, Contains(Pair("X-Robots-Tag", "noindex")));
        EXPECT_THAT(response.fields, Contains(Pair("Cache-Control", "no-cache")));
        EXPECT_EQ(field_of(response, "Set-Cookie"), "");
    }
}

TEST_F(PreviewSiteTest, SendsFoldersToTheirSlashAndNowhereElse) {
    EXPECT_EQ(get("/dir").status, 301);
    EXPECT_EQ(field_of(get("/dir"), "Location"), "/dir/");
    EXPECT_EQ(field_of(ask("127.0.0.1", "/p/" + id_ + "/dir"), "Location"), "/p/" + id_ + "/dir/");
    EXPECT_EQ(field_of(ask("127.0.0.1", "/p/" + id_), "Location"), "/p/" + id_ + "/");
    // `//evil.com/` would be another host.
    EXPECT_EQ(get("//evil.com").status, 404);
    EXPECT_EQ(get("/\\evil.com").status, 404);

    HttpRequest request;
    request.method = "GET";
    request.host = id_ + ".localhost";
    request.path = "/dir";
    request.query = "x=1";
    EXPECT_EQ(field_of(site_.handle(request), "Location"), "/dir/?x=1");
}

TEST_F(PreviewSiteTest, AnswersAKnownFileWith304) {
    const auto etag = field_of(get("/"), "ETag");
    EXPECT_THAT(etag, testing::MatchesRegex("\"[^\"]+\""));

    const auto again = get("/", {{"if-none-match", "\"other\", W/" + etag}});

    EXPECT_EQ(again.status, 304);
    EXPECT_FALSE(again.file);
    EXPECT_EQ(field_of(again, "ETag"), etag);
    EXPECT_EQ(get("/", {{"if-none-match", "\"other\""}}).status, 200);
    EXPECT_NE(field_of(get("/dir/"), "ETag"), etag);
}

TEST_F(PreviewSiteTest, HasAnotherTagForTheNextSiteOfTheBranch) {
    const auto before = field_of(ask("main.localhost", "/"), "ETag");
    source_.write("index.html", "FRONT PAGE");
    publish("main");

    const auto after = ask("main.localhost", "/", {{"if-none-match", before}});

    EXPECT_EQ(after.status, 200);
    EXPECT_EQ(body_of(after), "FRONT PAGE");
}

TEST_F(PreviewSiteTest, SendsTheRangeThatIsAskedFor) {
    const auto middle = get("/data.bin", {{"range", "bytes=2-4"}});
    EXPECT_EQ(middle.status, 206);
    EXPECT_EQ(body_of(middle), "234");
    EXPECT_EQ(field_of(middle, "Content-Range"), "bytes 2-4/10");
    EXPECT_EQ(body_of(get("/data.bin", {{"range", "bytes=-2"}})), "89");
    EXPECT_EQ(get("/data.bin", {{"range", "bytes=0-1,4-5"}}).status, 200);

    const auto beyond = get("/data.bin", {{"range", "bytes=10-"}});
    EXPECT_EQ(beyond.status, 416);
    EXPECT_EQ(field_of(beyond, "Content-Range"), "bytes */10");

    const auto etag = field_of(middle, "ETag");
    EXPECT_EQ(get("/data.bin", {{"range", "bytes=2-4"}, {"if-range", etag}}).status, 206);
    EXPECT_EQ(get("/data.bin", {{"range", "bytes=2-4"}, {"if-range", "\"old\""}}).status, 200);
    EXPECT_EQ(get("/data.bin", {{"range", "bytes=2-4"}, {"if-range", "W/" + etag}}).status, 200);
    EXPECT_EQ(ask("main.localhost", "/data.bin", {{"range", "bytes=2-4"}}, "HEAD").status, 200);
}

TEST_F(PreviewSiteTest, DownloadsWhatItHasNoTypeFor) {
    EXPECT_EQ(field_of(get("/data.bin"), "Content-Disposition"), "attachment");
    EXPECT_EQ(field_of(get("/"), "Content-Disposition"), "");
    EXPECT_EQ(body_of(get("/a b?.txt")), "odd");
}

TEST_F(PreviewSiteTest, ShowsTheSitesOwnErrorPage) {
    source_.write("404.html", "lost");
    id_ = publish("main");

    const auto lost = get("/missing", {{"range", "bytes=0-1"}});

    EXPECT_EQ(lost.status, 404);
    EXPECT_EQ(body_of(lost), "lost");
    EXPECT_EQ(field_of(lost, "ETag"), "");
}

}  // namespace
}  // namespace flux::transport
