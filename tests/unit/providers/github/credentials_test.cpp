#include "providers/github/credentials.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "fakes/http_peer.hpp"
#include "fakes/loop.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/rsa_key.hpp"
#include "fakes/temporary_folder.hpp"
#include "net/http_client.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/github_clock.hpp"

namespace flux::providers::github {
namespace {

using namespace std::chrono_literals;

std::string token_of(Credentials& credentials) {
    const auto token = run(credentials.token());
    return token ? std::string{token->reveal()} : token.error().reason;
}

TEST(TokenInFile, IsReadAgainWhenTheFileChanged) {
    const TemporaryFolder folder;
    folder.write("token", "first\n");
    const auto credentials = token_in_file(folder.path() / "token");
    ASSERT_EQ(token_of(*credentials), "first");

    folder.write("token", "second\n");
    std::filesystem::last_write_time(folder.path() / "token",
                                     std::filesystem::file_time_type::clock::now() + std::chrono::seconds{5});

    EXPECT_EQ(token_of(*credentials), "second");
}

TEST(TokenInFile, StaysAsLongAsThereIsNoOther) {
    const TemporaryFolder folder;
    folder.write("token", "first");
    const auto credentials = token_in_file(folder.path() / "token");
    ASSERT_EQ(token_of(*credentials), "first");

    std::filesystem::remove(folder.path() / "token");

    EXPECT_EQ(token_of(*credentials), "first");
}

TEST(TokenInFile, SaysThatThereIsNone) {
    const TemporaryFolder folder;
    folder.write("token", " \n");

    EXPECT_EQ(token_of(*token_in_file(folder.path() / "token")), "github_credentials_missing");
    EXPECT_EQ(token_of(*token_in_file(folder.path() / "nothing")), "github_credentials_missing");
}

TEST(TokenInFile, IsWorthAnotherTryWhenTheFileHoldsAnother) {
    const TemporaryFolder folder;
    folder.write("token", "first");
    const auto credentials = token_in_file(folder.path() / "token");

    EXPECT_FALSE(credentials->refused(Secret{"first"}));
    EXPECT_TRUE(credentials->refused(Secret{"older"}));
}

/// GitHub's side of an App: it refuses signatures that are not of its own time, and gives tokens for an hour.
struct AppInstallation : testing::Test {
    ManualClock clock;
    std::atomic<WallTime> there{clock.wall_now()};
    bool known = true;
    GithubClock time_there{clock};
    net::HttpClient http;
    const HttpPeer peer{[this](auto& socket, const auto& request) {
        HttpPeer::write(socket, answer(request));
        return true;
    }};
    const std::unique_ptr<Credentials> credentials = app_installation({.app_id = "4711",
                                                                       .key = Secret{pem_of(make_rsa_key().get())},
                                                                       .installation_id = "99",
                                                                       .repository = "octo-org/site"},
                                                                      peer.url(""), http, time_there);

    void advance(std::chrono::microseconds by) {
        clock.advance(by);
        there = there.load() + by;
    }

    std::string answer(const std::string& request) const {
        const auto now = std::chrono::floor<std::chrono::seconds>(there.load()).time_since_epoch().count();
        const auto date = fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", fmt::gmtime(now));
        const auto begin = request.find("Bearer ") + 7;
        const auto signature = request.substr(begin, request.find("\r\n", begin) - begin);
        const auto parts = split(signature, '.');
        const auto claims = tree_of(from_base64url(parts.at(1)).value()).value().as_object();
        const auto ends = number_of(claims, "exp");
        if (!known || number_of(claims, "iat") > now || ends <= now || ends > now + 600) {
            return HttpPeer::reply(401, "{}", date);
        }
        const auto body =
            fmt::format(R"({{"token":"made at {}","expires_at":"{}"}})", now, rfc3339_seconds(there.load() + 1h));
        return HttpPeer::reply(201, body, date);
    }
};

TEST_F(AppInstallation, RenewsItsTokenTenMinutesBeforeItsEnd) {
    const auto first = token_of(*credentials);
    advance(49min);
    EXPECT_EQ(token_of(*credentials), first);
    EXPECT_EQ(peer.requests().size(), 1U);

    advance(2min);

    EXPECT_NE(token_of(*credentials), first);
    EXPECT_EQ(peer.requests().size(), 2U);
}

TEST_F(AppInstallation, SignsAndRenewsByGitHubsClock) {
    std::string token;
    for (const auto difference : {-1h, 1h}) {
        SCOPED_TRACE(difference.count());
        there = clock.wall_now() + difference;
        credentials->refused(Secret{token});
        const auto before = peer.requests().size();

        token = token_of(*credentials);

        EXPECT_TRUE(token.starts_with("made at ")) << token;
        EXPECT_EQ(peer.requests().size() - before, 2U);
        advance(45min);
        EXPECT_EQ(token_of(*credentials), token);
        EXPECT_EQ(peer.requests().size() - before, 2U);
    }
}

TEST_F(AppInstallation, TakesARefusalThatHasNothingToDoWithTheTime) {
    known = false;

    EXPECT_EQ(token_of(*credentials), "github_credentials_refused");
    EXPECT_EQ(peer.requests().size(), 1U);
}

TEST(FixedToken, IsWorthNoOtherTry) { EXPECT_FALSE(fixed_token(Secret{"x"})->refused(Secret{"x"})); }

}  // namespace
}  // namespace flux::providers::github
