#include "providers/github/app_token.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "fakes/rsa_key.hpp"
#include "providers/github/api_text.hpp"

namespace flux::providers::github {
namespace {

std::string from_base64url(std::string_view text) {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string bytes;
    unsigned held = 0;
    int bits = 0;
    for (const char letter : text) {
        held = (held << 6U) | static_cast<unsigned>(letters.find(letter));
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((held >> static_cast<unsigned>(bits)) & 0xffU);
        }
    }
    return bytes;
}

TEST(AppToken, IsSignedByTheKeyAndGoodForTenMinutesAtMost) {
    const auto key = make_rsa_key();
    const auto now = time_from("2026-11-26T13:00:00Z").value();

    const auto token = app_token("Iv1.abc", Secret{pem_of(key.get())}, now);

    ASSERT_TRUE(token);
    const auto parts = split(token->reveal(), '.');
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(from_base64url(parts[0]), R"({"alg":"RS256","typ":"JWT"})");
    const auto claims = tree_of(from_base64url(parts[1])).value().as_object();
    const auto seconds = now.time_since_epoch() / std::chrono::seconds{1};
    EXPECT_EQ(number_of(claims, "iat"), seconds - 60);
    EXPECT_LE(number_of(claims, "exp") - number_of(claims, "iat"), 600);
    EXPECT_EQ(text_of(claims, "iss"), "Iv1.abc");

    const auto signed_part = std::string{parts[0]} + "." + std::string{parts[1]};
    const auto signature = from_base64url(parts[2]);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    ASSERT_EQ(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
    EXPECT_EQ(
        EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                         reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size()),
        1);
}

TEST(AppToken, RefusesWhatIsNoRsaKey) {
    const RsaKey other{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free};
    for (const auto& pem : {std::string{}, std::string{"not a key"}, pem_of(other.get())}) {
        const auto token = app_token("1", Secret{pem}, WallTime{});
        ASSERT_FALSE(token);
        EXPECT_EQ(token.error().reason, "github_app_key_invalid");
    }
}

}  // namespace
}  // namespace flux::providers::github
