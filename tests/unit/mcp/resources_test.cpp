#include "mcp/resources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/mcp/example_library.hpp"

namespace flux::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The URIs of every page, in order.
std::vector<std::string> listed(LibraryClient& client) {
    std::vector<std::string> uris;
    std::string params;
    for (int page = 0; page < 20; ++page) {
        const auto result = client.result("resources/list", params);
        for (const auto& resource : result.at("resources").as_array()) {
            uris.emplace_back(resource.at("uri").as_string());
        }
        const auto* next = result.as_object().if_contains("nextCursor");
        if (!next) return uris;
        params = R"("cursor":)" + boost::json::serialize(*next);
    }
    throw std::runtime_error{"the list has no end"};
}

TEST(Resources, AreListedInOrderWithTheMembersOfTheirFamilies) {
    for (const std::size_t page_size : {1u, 2u, 3u, 4u, 100u}) {
        ServerOptions options;
        options.page_size = page_size;
        LibraryClient client{options};

        EXPECT_THAT(listed(client), ElementsAre("demo://guide", "demo://image", "demo://builds/1", "demo://builds/2",
                                                "demo://builds/3", "demo://builds/4", "demo://builds/5"))
            << page_size;
    }
}

TEST(Resources, TellEachOtherApart) {
    const auto with = [](std::string name, std::string uri) {
        Resource resource{.uri = std::move(uri), .name = std::move(name)};
        resource.read = [](ResourceAddress, std::shared_ptr<Call>) { return reading(""); };
        return resource;
    };
    Catalog twice;
    twice.resources = {with("a", "demo://a"), with("a", "demo://b")};
    Catalog unreadable;
    unreadable.resources = {Resource{.uri = "demo://a", .name = "a"}};

    EXPECT_THROW((ExampleServer{{}, std::move(twice)}), std::invalid_argument);
    EXPECT_THROW((ExampleServer{{}, std::move(unreadable)}), std::invalid_argument);
}

TEST(Resources, ShowTheirTemplates) {
    LibraryClient client;

    const auto result = client.result("resources/templates/list");

    EXPECT_EQ(boost::json::serialize(result),
              R"({"resourceTemplates":[{"uriTemplate":"demo://builds/{id}","name":"build",)"
              R"("description":"One build."}]})");
}

TEST(Resources, RefuseACursorThatIsNotTheirs) {
    LibraryClient client;
    const auto templates_cursor = R"("cursor":")" + std::string{"cmVzb3VyY2VzCm5vc3VjaAo"} + "\"";

    EXPECT_EQ(client.code("resources/list", R"("cursor":"nonsense")"), -32602);
    EXPECT_EQ(client.code("resources/list", templates_cursor), -32602);
    EXPECT_EQ(client.code("resources/list", R"("cursor":7)"), -32602);
    EXPECT_EQ(client.code("resources/list", R"("cursor":"")"), 0);
}

TEST(Resources, AreRead) {
    LibraryClient client;

    EXPECT_EQ(boost::json::serialize(client.result("resources/read", R"("uri":"demo://guide")")),
              R"({"contents":[{"uri":"demo://guide","mimeType":"text/markdown","text":"# Hello"}]})");
    EXPECT_EQ(boost::json::serialize(client.result("resources/read", R"("uri":"demo://image")")),
              R"({"contents":[{"uri":"demo://image","mimeType":"image/png","blob":"AP8="}]})");
    EXPECT_EQ(boost::json::serialize(client.result("resources/read", R"("uri":"demo://builds/a%20b")")),
              R"({"contents":[{"uri":"demo://builds/a%20b","text":"build a b"}]})");
}

TEST(Resources, SayHowLongTheyMayBeKeptToWhoeverWantsToKnow) {
    LibraryClient client;

    const auto guide = client.result("resources/read", with_meta(R"("uri":"demo://guide")"));
    const auto build = client.result("resources/read", with_meta(R"("uri":"demo://builds/1")"));
    const auto list = client.result("resources/list", with_meta());

    EXPECT_EQ(guide.at("ttlMs").as_int64(), 60'000);
    EXPECT_EQ(guide.at("cacheScope").as_string(), "private");
    EXPECT_EQ(guide.at("resultType").as_string(), "complete");
    EXPECT_EQ(build.at("ttlMs").as_int64(), 0);
    EXPECT_EQ(list.at("ttlMs").as_int64(), 0);
}

TEST(Resources, AreUnknownInTheWordsOfTheEra) {
    for (const auto* uri : {"demo://nothing", "demo://builds/404", "demo://builds/a/b", "demo://builds/%zz"}) {
        LibraryClient client;
        const auto params = R"("uri":")" + std::string{uri} + "\"";

        const auto legacy = client.ask("resources/read", params).at("error");
        const auto modern = client.ask("resources/read", with_meta(params)).at("error");

        EXPECT_EQ(legacy.at("code").as_int64(), -32002) << uri;
        EXPECT_EQ(modern.at("code").as_int64(), -32602) << uri;
        EXPECT_EQ(legacy.at("data").at("uri").as_string(), uri);
        EXPECT_EQ(modern.at("data").at("uri").as_string(), uri);
    }
}

TEST(Resources, KeepOtherFailuresApartAndTheirSecrets) {
    LibraryClient client;

    const auto busy = client.ask("resources/read", R"("uri":"demo://builds/500")").at("error");
    EXPECT_EQ(busy.at("code").as_int64(), -32000);
    EXPECT_THAT(std::string{busy.at("message").as_string()}, HasSubstr("busy"));
    EXPECT_EQ(client.code("resources/read", R"("uri":"demo://builds/broken")"), -32603);
    EXPECT_THAT(client.outbox->responses.back(), testing::Not(HasSubstr("secret")));
    EXPECT_EQ(client.code("resources/read"), -32602);
}

TEST(Resources, AreAMethodOnlyWhereThereAreSome) {
    LibraryClient client{{}, ExampleServer::quick_catalog()};

    for (const auto* method : {"resources/list", "resources/read", "resources/templates/list", "prompts/list",
                               "prompts/get", "completion/complete"}) {
        EXPECT_EQ(client.code(method), -32601) << method;
    }
    EXPECT_EQ(client.result("initialize", R"("protocolVersion":"2025-11-25")").at("capabilities"),
              parsed(R"({"tools":{"listChanged":false},"logging":{}})"));
}

TEST(Resources, AreAnnouncedWithWhatElseThereIs) {
    auto catalog = example_library();
    catalog.prompts_changed = std::make_shared<async::Changes>();
    LibraryClient client{{}, std::move(catalog)};

    const auto capabilities = parsed(R"({"tools":{"listChanged":false},"resources":{"listChanged":false},)"
                                     R"("prompts":{"listChanged":true},"completions":{},"logging":{}})");

    EXPECT_EQ(client.result("server/discover", modern_meta()).at("capabilities"), capabilities);
}

}  // namespace
}  // namespace flux::mcp
