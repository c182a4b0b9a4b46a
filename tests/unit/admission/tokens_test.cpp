#include "admission/tokens.hpp"

#include <gmock/gmock.h>

#include <string>

namespace flux::admission {
namespace {

Tokens tokens(std::string list) { return *Tokens::parse(Secret{std::move(list)}); }

TEST(Tokens, AreSeparatedByCommasOrBlanks) {
    const auto several = tokens(" first,second\n third ,, first\n");

    EXPECT_EQ(several.size(), 3U);
    EXPECT_TRUE(several.principal_of("first"));
    EXPECT_TRUE(several.principal_of("second"));
    EXPECT_TRUE(several.principal_of("third"));
    EXPECT_TRUE(tokens(" , \n").empty());
}

TEST(Tokens, NameTheirPrincipalByTheDigestAndNotByThemselves) {
    // echo -n secret | sha256sum
    EXPECT_EQ(tokens("secret").principal_of("secret"), "token:2bb80d537b1d");
}

TEST(Tokens, KnowNoOthers) {
    const auto known = tokens("secret");

    for (const auto* wrong : {"", "secre", "secret ", "secret1", "Secret", "secret,secret"}) {
        EXPECT_FALSE(known.principal_of(wrong)) << wrong;
    }
    EXPECT_FALSE(known.principal_of(std::string_view{"secret\0", 7}));
    EXPECT_FALSE(known.principal_of(std::string(1 << 20, 'x')));
    EXPECT_FALSE(tokens("").principal_of(""));
}

TEST(Tokens, RefuseCharactersThatNoHeaderCarriesWithoutRepeatingThem) {
    const auto parsed = Tokens::parse(Secret{"caf\xC3\xA9-token"});

    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
    EXPECT_EQ(parsed.error().message.find("-token"), std::string::npos);
}

}  // namespace
}  // namespace flux::admission
