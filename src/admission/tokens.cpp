#include "admission/tokens.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace flux::admission {

namespace {

/// Fetched once, and one context a thread: looking an algorithm up costs more than a short digest, and takes locks, and
/// every request over HTTP brings its token.
std::array<std::uint8_t, 32> sha256(std::string_view text) {
    static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                                           &EVP_MD_free};
    thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                                       &EVP_MD_CTX_free};
    std::array<std::uint8_t, 32> digest{};
    if (!algorithm || !context || EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), text.data(), text.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
        throw std::runtime_error{"SHA-256 is not available"};
    }
    return digest;
}

bool separates(char c) { return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f'; }

}  // namespace

Result<Tokens> Tokens::parse(const Secret& list) {
    Tokens tokens;
    auto rest = list.reveal();
    while (!rest.empty()) {
        const auto end = std::find_if(rest.begin(), rest.end(), separates);
        const auto token = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        rest.remove_prefix(std::min(rest.size(), token.size() + 1));
        if (token.empty()) continue;
        if (!std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; })) {
            return fail(Errc::invalid_argument,
                        "A token can hold visible ASCII characters only, since it travels in a header; separate "
                        "several tokens by commas or blanks.");
        }
        const auto digest = sha256(token);
        if (std::find(tokens.entries_.begin(), tokens.entries_.end(), digest) == tokens.entries_.end()) {
            tokens.entries_.push_back(digest);
        }
    }
    return tokens;
}

std::optional<std::string> Tokens::principal_of(std::string_view token) const {
    const auto digest = sha256(token);
    bool is_known = false;
    for (const auto& entry : entries_) {
        is_known |= CRYPTO_memcmp(entry.data(), digest.data(), digest.size()) == 0;
    }
    if (!is_known || token.empty()) return std::nullopt;

    constexpr std::size_t prefix_bytes = 6;
    static constexpr char digits[] = "0123456789abcdef";
    std::string principal = "token:";
    for (std::size_t i = 0; i < prefix_bytes; ++i) {
        principal += digits[digest[i] >> 4];
        principal += digits[digest[i] & 15];
    }
    return principal;
}

}  // namespace flux::admission
