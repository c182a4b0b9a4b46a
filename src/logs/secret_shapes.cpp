#include "logs/secret_shapes.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cstdint>
#include <string>

#include "base/text.hpp"
#include "logs/secret_anchors.hpp"

namespace flux::logs {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alphanumeric(char c) { return is_digit(c) || is_upper(c) || is_lower(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
bool is_base64(char c) { return is_alphanumeric(c) || c == '+' || c == '/' || c == '='; }
bool is_upper_base32(char c) { return is_upper(c) || (c >= '2' && c <= '7'); }
bool is_dotted_word(char c) { return is_word(c) || c == '.'; }
bool is_credential(char c) { return is_word(c) || is_base64(c) || c == '.' || c == '~'; }

using Alphabet = bool (*)(char);

std::size_t run_length(std::string_view text, std::size_t at, Alphabet alphabet) {
    auto end = at;
    while (end < text.size() && alphabet(text[end])) ++end;
    return end - at;
}

/// A token by its beginning, and by how many characters of what alphabet follow.
struct Form {
    std::string_view prefix;
    Alphabet alphabet;
    std::size_t least;
    std::size_t most = 4096;
};

constexpr std::array forms{
    Form{"github_pat_", is_word, 36},
    Form{"glpat-", is_dotted_word, 20, 320},
    Form{"pypi-AgE", is_word, 50},
    Form{"AKIA", is_upper_base32, 16, 16},
    Form{"ASIA", is_upper_base32, 16, 16},
    Form{"ABIA", is_upper_base32, 16, 16},
    Form{"ACCA", is_upper_base32, 16, 16},
    Form{"xoxb-", is_word, 10},
    Form{"xoxp-", is_word, 10},
    Form{"xoxa-", is_word, 10},
    Form{"xoxe-", is_word, 10},
    Form{"xoxe.", is_dotted_word, 10},
    Form{"xoxo-", is_word, 10},
    Form{"xoxr-", is_word, 10},
    Form{"xoxs-", is_word, 10},
    Form{"xapp-", is_word, 20},
    Form{"AIza", is_word, 35, 35},
    Form{"ya29.", is_word, 20},
    Form{"GOCSPX-", is_word, 28, 28},
    Form{"sk_live_", is_alphanumeric, 10},
    Form{"sk_test_", is_alphanumeric, 10},
    Form{"rk_live_", is_alphanumeric, 10},
    Form{"rk_test_", is_alphanumeric, 10},
    Form{"whsec_", is_base64, 24},
    Form{"SG.", is_dotted_word, 60, 80},
    Form{"hf_", is_alphanumeric, 34, 40},
    Form{"sk-ant-", is_word, 40},
    Form{"sk-proj-", is_word, 40},
    Form{"sk-svcacct-", is_word, 40},
    Form{"dop_v1_", is_hex, 64, 64},
    Form{"dckr_pat_", is_word, 27},
    Form{"nfp_", is_alphanumeric, 36},
    Form{"shpat_", is_hex, 32, 32},
    Form{"AGE-SECRET-KEY-1", is_alphanumeric, 58, 58},
};

/// A bit for each form, by the first character of its prefix.
constexpr auto forms_by_beginning = [] {
    std::array<std::uint64_t, 256> bits{};
    static_assert(forms.size() <= 64);
    for (std::size_t i = 0; i < forms.size(); ++i) {
        bits[static_cast<unsigned char>(forms[i].prefix.front())] |= std::uint64_t{1} << i;
    }
    return bits;
}();

/// Six characters in base 62 of the CRC-32 of what stands before them, as GitHub and npm end their tokens.
bool has_right_checksum(std::string_view body) {
    constexpr std::size_t sum_length = 6;
    constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (body.size() <= sum_length) return false;
    std::uint32_t sum = 0xffff'ffffU;
    for (const char c : body.substr(0, body.size() - sum_length)) {
        sum ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0xedb8'8320U : 0U);
    }
    sum = ~sum;
    for (std::size_t i = 0; i < sum_length; ++i, sum /= 62) {
        if (body[body.size() - 1 - i] != digits[sum % 62]) return false;
    }
    return sum == 0;
}

/// Of a few characters only, or a word in capitals: what people write where a token would stand.
bool stands_for_one(std::string_view body) {
    std::bitset<256> seen;
    bool digits = false;
    for (const char c : body) {
        seen.set(static_cast<unsigned char>(c));
        digits = digits || is_digit(c);
    }
    return seen.count() < 8 || (!digits && seen.count() < 14);
}

bool begins_word(std::string_view text, std::size_t at) { return at == 0 || !is_alphanumeric(text[at - 1]); }

std::size_t jwt_length(std::string_view text, std::size_t at) {
    const auto head = run_length(text, at, is_word);
    if (head < 12 || at + head >= text.size() || text[at + head] != '.') return 0;
    const auto body_at = at + head + 1;
    if (!text.substr(body_at).starts_with("eyJ")) return 0;
    const auto body = run_length(text, body_at, is_word);
    if (body < 10 || body_at + body >= text.size() || text[body_at + body] != '.') return 0;
    return head + 1 + body + 1 + run_length(text, body_at + body + 1, is_word);
}

/// `ghp_` and its like, with the 36 characters of old or the `APPID_JWT` of the stateless ones; `npm_` alike.
std::size_t checked_token_length(std::string_view text, std::size_t at, std::size_t prefix) {
    constexpr std::size_t classic = 36;
    const auto body = run_length(text, at + prefix, is_dotted_word);
    const auto value = text.substr(at + prefix, body);
    const auto letters = run_length(value, 0, is_alphanumeric);
    if (letters >= classic) {
        const auto end = letters == classic && value.size() > classic && is_word(value[classic]) ? body : letters;
        const bool sure = has_right_checksum(value.substr(0, classic));
        return sure || !stands_for_one(value.substr(0, end)) ? prefix + end : 0;
    }
    // Digits, an underscore, and a JSON Web Token.
    const auto digits = run_length(value, 0, is_digit);
    if (digits == 0 || digits >= value.size() || value[digits] != '_') return 0;
    const auto jwt = jwt_length(value, digits + 1);
    if (jwt > 0) return prefix + digits + 1 + jwt;
    return body >= classic && !stands_for_one(value) ? prefix + body : 0;
}

std::size_t token_length(std::string_view text, std::size_t at) {
    const auto rest = text.substr(at);
    const bool is_github = rest.size() > 4 && rest[0] == 'g' && rest[1] == 'h' && rest[3] == '_' &&
                           std::string_view{"pousr"}.find(rest[2]) != std::string_view::npos;
    if (is_github || rest.starts_with("npm_")) return checked_token_length(text, at, 4);
    if (rest.starts_with("eyJ")) return jwt_length(text, at);
    for (auto possible = forms_by_beginning[static_cast<unsigned char>(rest.front())]; possible != 0;
         possible &= possible - 1) {
        const auto& form = forms[static_cast<std::size_t>(std::countr_zero(possible))];
        if (!rest.starts_with(form.prefix)) continue;
        const auto length = run_length(text, at + form.prefix.size(), form.alphabet);
        // A run that goes on is another thing than a token of fixed length.
        if (length < form.least || length > form.most) return 0;
        return stands_for_one(rest.substr(form.prefix.size(), length)) ? 0 : form.prefix.size() + length;
    }
    return 0;
}

bool ends_address(char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '`';
}

bool is_placeholder(std::string_view value) {
    return value.empty() || value.find_first_not_of('*') == std::string_view::npos || value.starts_with("$") ||
           value.starts_with("{") || value.starts_with("%7B");
}

/// `user:password@` and `token@` before the host of the address that begins at `at`, behind its `//`.
void find_user_information(std::string_view text, std::size_t at, std::vector<HiddenRange>& found) {
    constexpr std::size_t longest_name = 20;
    auto end = at;
    auto at_sign = std::string_view::npos;
    for (; end < text.size() && !ends_address(text[end]) && text[end] != '/' && text[end] != '?' && text[end] != '#';
         ++end) {
        if (text[end] == '@') at_sign = end;
    }
    if (at_sign == std::string_view::npos) return;
    const auto colon = text.substr(at, at_sign - at).find(':');
    if (colon != std::string_view::npos) {
        const auto begin = at + colon + 1;
        if (!is_placeholder(text.substr(begin, at_sign - begin))) found.push_back({begin, at_sign});
        // `https://TOKEN:x-oauth-basic@host` has the token in front.
        if (colon > longest_name && !is_placeholder(text.substr(at, colon))) found.push_back({at, at + colon});
    } else if (at_sign - at > longest_name && !is_placeholder(text.substr(at, at_sign - at))) {
        found.push_back({at, at_sign});
    }
}

bool names_a_secret(std::string_view name) {
    static constexpr std::array names{"sig",
                                      "signature",
                                      "token",
                                      "access_token",
                                      "refresh_token",
                                      "id_token",
                                      "client_secret",
                                      "api_key",
                                      "apikey",
                                      "private_token",
                                      "secret",
                                      "password",
                                      "x-amz-signature",
                                      "x-amz-security-token",
                                      "x-goog-signature",
                                      "code"};
    const auto lower = ascii_lower(name);
    return std::any_of(names.begin(), names.end(), [&](std::string_view each) { return lower == each; });
}

/// Values in the query of the address that begins at `at` whose names say that nobody may see them.
void find_in_query(std::string_view text, std::size_t at, std::vector<HiddenRange>& found) {
    auto end = at;
    while (end < text.size() && !ends_address(text[end])) ++end;
    const auto address = text.substr(0, end);
    auto begin = address.find('?', at);
    while (begin != std::string_view::npos && begin < end) {
        ++begin;
        const auto next = std::min(address.find_first_of("&#", begin), end);
        const auto equals = address.find('=', begin);
        if (equals < next && next - equals > 8 && names_a_secret(address.substr(begin, equals - begin))) {
            const auto value = address.substr(equals + 1, next - equals - 1);
            if (!is_placeholder(value)) found.push_back({equals + 1, next});
        }
        begin = next < end ? next : std::string_view::npos;
    }
}

void find_in_address(std::string_view text, std::size_t slashes, std::vector<HiddenRange>& found) {
    const auto host = slashes + 2;
    find_user_information(text, host, found);
    find_in_query(text, host, found);
    constexpr std::string_view slack = "hooks.slack.com/services/";
    if (text.substr(host).starts_with(slack)) {
        const auto begin = host + slack.size();
        const auto length = run_length(text, begin, [](char c) { return is_word(c) || c == '/'; });
        if (length >= 20) found.push_back({begin, begin + length});
    }
}

std::size_t skip(std::string_view text, std::size_t at, std::string_view characters) {
    const auto next = text.find_first_not_of(characters, at);
    return next == std::string_view::npos ? text.size() : next;
}

/// The value of an `Authorization` header, in a request that a tool shows: `at` is behind the name.
void find_in_header(std::string_view text, std::size_t at, std::vector<HiddenRange>& found) {
    auto begin = skip(text, at, " \"'");
    if (begin >= text.size() || (text[begin] != ':' && text[begin] != '=')) return;
    begin = skip(text, begin + 1, " \"'");
    const auto scheme = run_length(text, begin, is_alphanumeric);
    const auto name = ascii_lower(text.substr(begin, scheme));
    if (name != "bearer" && name != "basic" && name != "token") return;
    begin = skip(text, begin + scheme, " ");
    const auto length = run_length(text, begin, is_credential);
    if (length >= 8) found.push_back({begin, begin + length});
}

/// `aws_secret_access_key = …`: forty characters that have no form of their own; `at` is behind the name.
void find_secret_key(std::string_view text, std::size_t at, std::vector<HiddenRange>& found) {
    constexpr std::size_t key_length = 40;
    const auto begin = skip(text, at, " \"'=:>");
    if (begin == at) return;
    if (run_length(text, begin, is_base64) == key_length) found.push_back({begin, begin + key_length});
}

bool follows(std::string_view text, std::size_t at, std::string_view lower_case) {
    return text.size() - at >= lower_case.size() && equal_ignoring_case(text.substr(at, lower_case.size()), lower_case);
}

/// The bytes that a token or one of the words below may begin with.
std::bitset<256> beginnings() {
    std::bitset<256> set;
    for (const auto& form : forms) set.set(static_cast<unsigned char>(form.prefix.front()));
    for (const char c : {'g', 'n', 'e', '/', 'a', 'A', 's', 'S'}) set.set(static_cast<unsigned char>(c));
    return set;
}

constexpr std::string_view key_begin = "-----BEGIN ";
constexpr std::string_view key_end = "-----END ";

/// Where the armour line that begins at `at` with `tag` ends, if it is about a private key.
std::size_t armour_end(std::string_view text, std::size_t at, std::string_view tag) {
    constexpr std::size_t longest_label = 64;
    const auto label = text.substr(at + tag.size(), longest_label);
    const auto dashes = label.find("-----");
    if (dashes == std::string_view::npos) return 0;
    const auto name = label.substr(0, dashes);
    if (name.find("PRIVATE KEY") == std::string_view::npos) return 0;
    return at + tag.size() + dashes + 5;
}

}  // namespace

void find_secret_shapes(std::string_view text, std::vector<HiddenRange>& found) {
    static const std::bitset<256> begins = beginnings();
    if (!has_secret_anchor(text)) return;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (!begins.test(static_cast<unsigned char>(c))) continue;
        if (c == '/') {
            // A file's path and a comment have slashes too; an address has a colon before them.
            if (at > 0 && text[at - 1] == ':' && text.substr(at).starts_with("//")) find_in_address(text, at, found);
            continue;
        }
        if (begins_word(text, at)) {
            if (const auto length = token_length(text, at); length > 0) {
                found.push_back({at, at + length});
                at += length - 1;
                continue;
            }
        }
        constexpr std::string_view header = "authorization";
        constexpr std::string_view key = "secret_access_key";
        constexpr std::string_view json_key = "secretaccesskey";
        if (c == 'a' || c == 'A') {
            if (follows(text, at, header)) find_in_header(text, at + header.size(), found);
        } else if (c == 's' || c == 'S') {
            if (follows(text, at, key)) find_secret_key(text, at + key.size(), found);
            if (follows(text, at, json_key)) find_secret_key(text, at + json_key.size(), found);
        }
    }
}

void KeyBlocks::find(std::string_view text, std::vector<HiddenRange>& found) {
    std::size_t at = 0;
    while (true) {
        if (!inside_) {
            at = text.find(key_begin, at);
            if (at == std::string_view::npos) return;
            const auto end = armour_end(text, at, key_begin);
            at = end != 0 ? end : at + key_begin.size();
            resume(end != 0);
            continue;
        }
        const auto end = text.find(key_end, at);
        if (end != std::string_view::npos) {
            const auto begin = skip(text, at, " \t");
            if (begin < end) found.push_back({begin, end});
            at = end + key_end.size();
            inside_ = false;
            continue;
        }
        // The rest of the line with the beginning, or a line of the key: what isn't base64 may be a prefix that the
        // tool puts before each line.
        constexpr std::size_t least = 16;
        constexpr int most_foreign_lines = 3;
        const auto body = trimmed(text.substr(at));
        if (body.empty()) return;
        bool belongs = body.find("Proc-Type:") != std::string_view::npos ||
                       body.find("DEK-Info:") != std::string_view::npos ||
                       body.find("Version:") != std::string_view::npos;
        for (auto begin = at; begin < text.size();) {
            const auto length = run_length(text, begin, is_base64);
            if (length >= least || (length > 0 && length == body.size())) {
                found.push_back({begin, begin + length});
                belongs = true;
            }
            begin += length + 1;
        }
        foreign_lines_ = belongs ? 0 : foreign_lines_ + 1;
        if (foreign_lines_ > most_foreign_lines) inside_ = false;
        return;
    }
}

}  // namespace flux::logs
