#include "providers/github/credentials.hpp"

#include <gtest/gtest.h>

#include "fakes/loop.hpp"
#include "fakes/temporary_folder.hpp"

namespace flux::providers::github {
namespace {

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

TEST(FixedToken, IsWorthNoOtherTry) { EXPECT_FALSE(fixed_token(Secret{"x"})->refused(Secret{"x"})); }

}  // namespace
}  // namespace flux::providers::github
