#include "previews/slug.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace flux::previews {

namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t hash_digits = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }

std::string hash_of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error{"SHA-256 is not available"};
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < hash_digits / 2; ++i) {
        out += digits[digest[i] >> 4];
        out += digits[digest[i] & 15];
    }
    return out;
}

/// Letters and digits of `branch` in lower case, everything between them one hyphen.
std::string readable_part(std::string_view branch) {
    std::string out;
    for (char c : branch) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
        if (is_letter_or_digit(c)) {
            out += c;
        } else if (!out.empty() && out.back() != '-') {
            out += '-';
        }
    }
    if (out.ends_with('-')) out.pop_back();
    return out;
}

bool ends_like_a_hash(std::string_view text) {
    if (text.size() <= hash_digits || text[text.size() - hash_digits - 1] != '-') return false;
    return std::all_of(text.end() - hash_digits, text.end(), is_hex);
}

}  // namespace

std::string slug_of(std::string_view branch) {
    auto slug = readable_part(branch);
    const bool is_unchanged = is_label(branch) && slug == branch;
    if (is_unchanged && !ends_like_a_hash(slug) && !looks_like_site_id(slug)) return slug;

    // `r12` with a hash behind it would be a site's id.
    if (looks_like_site_id(slug + "-0")) slug = "branch-" + slug;
    slug = slug.substr(0, longest_label - hash_digits - 1);
    if (slug.ends_with('-')) slug.pop_back();
    if (slug.empty()) slug = "branch";
    return slug + "-" + hash_of(branch);
}

bool looks_like_site_id(std::string_view text) {
    const auto hyphen = text.find('-');
    if (hyphen == std::string_view::npos || hyphen < 2 || text.front() != 'r') return false;
    const auto number = text.substr(1, hyphen - 1);
    const auto random = text.substr(hyphen + 1);
    return std::all_of(number.begin(), number.end(), is_digit) && !random.empty() &&
           std::all_of(random.begin(), random.end(), is_hex);
}

bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= longest_label && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace flux::previews
