#include "providers/github/app_token.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <vector>

#include "json/writer.hpp"

namespace flux::providers::github {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

/// Base 64 for URLs, without padding (RFC 7515 2).
std::string base64url(std::string_view bytes) {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    std::uint32_t held = 0;
    int bits = 0;
    for (const char byte : bytes) {
        held = (held << 8U) | static_cast<unsigned char>(byte);
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            text += letters[(held >> static_cast<unsigned>(bits)) & 63U];
        }
    }
    if (bits > 0) text += letters[(held << static_cast<unsigned>(6 - bits)) & 63U];
    return text;
}

/// No passphrase is ever asked for on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

}  // namespace

Result<Secret> app_token(const std::string& app_id, const Secret& key, WallTime now) {
    const auto pem = key.reveal();
    const Bio source{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
    const Key rsa{PEM_read_bio_PrivateKey(source.get(), nullptr, &no_passphrase, nullptr), &EVP_PKEY_free};
    if (!rsa || EVP_PKEY_get_base_id(rsa.get()) != EVP_PKEY_RSA) {
        return fail(
            Errc::invalid_argument,
            "FLUX_GITHUB_APP_KEY is no RSA private key in PEM form. Use the .pem file that GitHub made for the App.",
            "github_app_key_invalid");
    }
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    std::string claims;
    json::Writer{claims}
        .object()
        .key("iat")
        .integer(seconds - 60)
        .key("exp")
        .integer(seconds + 540)
        .key("iss")
        .string(app_id)
        .end_object();
    const auto signed_part = base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64url(claims);

    const Context context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(signed_part.data());
    bool made = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, rsa.get()) == 1 &&
                EVP_DigestSign(context.get(), nullptr, &size, bytes, signed_part.size()) == 1;
    std::vector<unsigned char> signature(size);
    made = made && EVP_DigestSign(context.get(), signature.data(), &size, bytes, signed_part.size()) == 1;
    if (!made) return fail(Errc::internal, "The GitHub App's key can't sign.");
    const std::string_view raw{reinterpret_cast<const char*>(signature.data()), size};
    return Secret{signed_part + "." + base64url(raw)};
}

}  // namespace flux::providers::github
