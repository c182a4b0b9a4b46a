#include "providers/github/run_previews.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "fakes/http_peer.hpp"
#include "fakes/loop.hpp"
#include "fakes/manual_clock.hpp"
#include "providers/github/background.hpp"
#include "providers/github/credentials.hpp"
#include "providers/github/github_clock.hpp"

namespace flux::providers::github {
namespace {

using builds::PreviewState;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(LeadsToRun, TakesTheWholeNumberAndNothingElse) {
    struct Row {
        const char* link;
        bool leads;
    };
    for (const auto& row : {Row{"https://github.com/octo-org/site/actions/runs/17", true},
                            Row{"https://github.com/octo-org/site/actions/runs/17/job/5", true},
                            Row{"https://github.octo.org/octo-org/site/actions/runs/17?pr=1", true},
                            Row{"https://github.com/octo-org/site/actions/runs/17#summary", true},
                            Row{"https://github.com/octo-org/site/actions/runs/171", false},
                            Row{"https://github.com/octo-org/site/actions/runs/1", false},
                            Row{"https://github.com/octo-org/site/runs/17", false},
                            Row{"https://example.org/17", false}, Row{"", false}}) {
        EXPECT_EQ(leads_to_run(row.link, 17), row.leads) << row.link;
    }
}

std::string status(std::string_view state, std::string_view url, int run = 17, std::string_view description = "") {
    return fmt::format(R"({{"state":"{}","environment_url":"{}","description":"{}",)"
                       R"("log_url":"https://github.com/octo-org/site/actions/runs/{}/job/1"}})",
                       state, url, description, run);
}

/// GitHub with deployments, each with its statuses, the newest first.
struct Deployed : testing::Test {
    struct Deployment {
        int id;
        std::string environment;
        std::vector<std::string> statuses;
        std::string creator = "github-actions[bot]";
    };
    std::vector<Deployment> deployments;

    const HttpPeer peer{[this](auto& socket, const auto& request) {
        HttpPeer::write(socket, HttpPeer::reply(200, answer(request)));
        return true;
    }};
    ManualClock clock;
    GithubClock time_there{clock};
    net::HttpClient http;
    const std::unique_ptr<Credentials> credentials = fixed_token(Secret{"a token"});
    Background background;
    ApiClient api{peer.url(""), "octo-org/site", ApiVersion::of_2022, 8, http, *credentials,
                  background,   clock,           time_there};

    ~Deployed() override { background.stop(); }

    std::string answer(const std::string& request) const {
        if (request.starts_with("GET /repos/octo-org/site/deployments?sha=abc&")) {
            std::string list;
            for (const auto& [id, environment, statuses, creator] : deployments) {
                list += fmt::format(R"({}{{"id":{},"environment":"{}","creator":{{"login":"{}"}}}})",
                                    list.empty() ? "" : ",", id, environment, creator);
            }
            return "[" + list + "]";
        }
        for (const auto& [id, environment, statuses, creator] : deployments) {
            if (request.starts_with(fmt::format("GET /repos/octo-org/site/deployments/{}/statuses?", id))) {
                return fmt::format("[{}]", fmt::join(statuses, ","));
            }
        }
        return "not what was expected";
    }

    FoundPreview find() {
        builds::Run of;
        of.id = 17;
        of.head_sha = "abc";
        auto found = run(find_preview(api, of));
        if (!found) ADD_FAILURE() << found.error().message;
        return found.value_or(FoundPreview{});
    }
};

TEST_F(Deployed, HasTheStateOfTheNewestStatus) {
    struct Row {
        const char* state;
        PreviewState means;
        const char* reason;
    };
    for (const auto& row :
         {Row{"success", PreviewState::deployed, ""}, Row{"inactive", PreviewState::expired, "not active any more"},
          Row{"failure", PreviewState::failed, "failed: no room"},
          Row{"error", PreviewState::failed, "failed: no room"}, Row{"in_progress", PreviewState::building, ""},
          Row{"something new", PreviewState::building, ""}}) {
        SCOPED_TRACE(row.state);
        deployments = {
            {1, "preview", {status(row.state, "", 17, "no room"), status("success", "https://one.example/")}}};

        const auto found = find();

        EXPECT_EQ(found.state, row.means);
        EXPECT_THAT(found.reason, HasSubstr(row.reason));
        EXPECT_EQ(found.url, "https://one.example/");
    }
}

TEST_F(Deployed, PrefersWhatHasAUrlThenAPreviewThenTheNewest) {
    const auto one = [](int id, std::string environment, std::string_view url) {
        return Deployment{id, std::move(environment), {status("success", url)}};
    };
    deployments = {one(9, "preview", ""), one(3, "staging", "https://staging.example/")};
    EXPECT_EQ(find().url, "https://staging.example/");

    deployments.push_back(one(2, "pr-Preview", "https://older.example/"));
    EXPECT_EQ(find().url, "https://older.example/");

    deployments.push_back(one(4, "preview", "https://newer.example/"));
    EXPECT_EQ(find().url, "https://newer.example/");
    EXPECT_THAT(find().deployments, ElementsAre(9, 3, 2, 4));
}

TEST_F(Deployed, LeavesWhatOthersMadeOfTheSameCommit) {
    deployments = {{1, "preview", {status("success", "https://other-run.example/", 171)}},
                   {2, "Preview", {status("success", "https://hosted.example/", 171)}, "hosting[bot]"}};

    const auto found = find();

    EXPECT_EQ(found.url, "");
    EXPECT_THAT(found.deployments, ElementsAre());
    EXPECT_THAT(found.notes, ElementsAre("hosting[bot] deployed the same commit to https://hosted.example/."));
}

/// A site that answers with what it is told to for each path, and with 404 for the others.
struct Site : testing::Test {
    std::map<std::string, std::string> pages;
    const HttpPeer peer{[this](auto& socket, const auto& request) {
        const auto path = request.substr(4, request.find(' ', 4) - 4);
        const auto page = pages.find(path);
        HttpPeer::write(socket, page == pages.end() ? HttpPeer::reply(404, "") : page->second);
        return true;
    }};
    net::HttpClient http;

    ProbeAnswer probe(const std::string& url, bool may_be_private = true) {
        return run(probe_preview(http, url, may_be_private));
    }
    static std::string to(const std::string& url) { return HttpPeer::reply(302, "", "Location: " + url + "\r\n"); }
};

TEST_F(Site, IsReachableWhereItAnswersOrAsksToSignIn) {
    pages = {{"/page", HttpPeer::reply(200, "hello")},
             {"/private", HttpPeer::reply(401, "")},
             {"/broken", HttpPeer::reply(503, "")}};

    EXPECT_TRUE(probe(peer.url("/page")).reachable);
    EXPECT_TRUE(probe(peer.url("/private")).reachable);
    EXPECT_THAT(probe(peer.url("/private")).reason, HasSubstr("sign in (401)"));
    EXPECT_FALSE(probe(peer.url("/broken")).reachable);
    EXPECT_THAT(probe(peer.url("/broken")).reason, HasSubstr("503"));
}

TEST_F(Site, IsFollowedThreeTimesAndNoMore) {
    pages = {{"/1", to("/2")}, {"/2", to("/3")}, {"/3", to("/4")}, {"/4", HttpPeer::reply(200, "")}, {"/0", to("/1")}};

    EXPECT_TRUE(probe(peer.url("/1")).reachable);

    const auto further = probe(peer.url("/0"));
    EXPECT_FALSE(further.reachable);
    EXPECT_THAT(further.reason, HasSubstr("without end"));
}

TEST_F(Site, IsNotFollowedToWhereThisServerDoesNotGo) {
    pages = {{"/metadata", to("http://169.254.169.254/latest/meta-data/")}, {"/file", to("file:///etc/passwd")}};

    EXPECT_FALSE(probe(peer.url("/metadata")).reachable);
    EXPECT_THAT(probe(peer.url("/metadata")).reason, HasSubstr("169.254.169.254 leads to an address where"));
    EXPECT_THAT(probe(peer.url("/file")).reason, HasSubstr("no web address"));
}

TEST_F(Site, IsNotLookedAtInAPrivateNetworkUnlessThatIsAllowed) {
    pages = {{"/", HttpPeer::reply(200, "")}};

    const auto answer = probe(peer.url("/"), false);

    EXPECT_FALSE(answer.reachable);
    EXPECT_THAT(answer.reason, HasSubstr("where this server does not go"));
    EXPECT_TRUE(peer.requests().empty());
}

/// Sets a variable of the environment for as long as it lives.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_{name} { ::setenv(name, value.c_str(), 1); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { ::unsetenv(name_); }

private:
    const char* name_;
};

TEST_F(Site, IsLookedAtThroughTheProxyWhereThereIsOne) {
    const Variable proxy{"https_proxy", peer.url("")};

    static_cast<void>(probe("https://preview.example/", false));

    ASSERT_FALSE(peer.requests().empty());
    EXPECT_THAT(peer.requests().front(), HasSubstr("CONNECT preview.example:443 HTTP/1.1\r\n"));
}

TEST_F(Site, IsHeldToTheOpenInternetWhereTheProxyIsNotForIt) {
    const Variable proxy{"https_proxy", peer.url("")};
    const Variable excepted{"no_proxy", "example.org,127.0.0.0/8"};
    auto url = peer.url("/");
    url.insert(4, "s");

    EXPECT_THAT(probe(url, false).reason, HasSubstr("where this server does not go"));
    EXPECT_TRUE(peer.requests().empty());

    EXPECT_THAT(probe(url, true).reason, Not(HasSubstr("where this server does not go")));
}

TEST_F(Site, IsNoMorePrivateForAProxyThatIsNotAsked) {
    pages = {{"/", HttpPeer::reply(200, "")}};
    const Variable proxy{"https_proxy", peer.url("")};

    EXPECT_THAT(probe(peer.url("/"), false).reason, HasSubstr("where this server does not go"));
    EXPECT_TRUE(peer.requests().empty());
}

}  // namespace
}  // namespace flux::providers::github
