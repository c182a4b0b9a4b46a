#include "admission/tokens.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace flux::admission {

namespace {

std::array<std::uint8_t, 32> sha256(std::string_view text) {
    std::array<std::uint8_t, 32> digest{};
    unsigned length = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
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
