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
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
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

/// Also behind what was escaped: `%3A`, `\n`.
bool begins_word(std::string_view text, std::size_t at) {
    if (at == 0 || !is_alphanumeric(text[at - 1])) return true;
    const auto before = text.substr(0, at);
    if (at >= 3 && before[at - 3] == '%') return is_hex(before[at - 2]) && is_hex(before[at - 1]);
    return before.ends_with("\\n") || before.ends_with("\\r") || before.ends_with("\\t");
}

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

/// From `at`, behind the `//` of an address, to where a space, a quote or the next address ends it.
std::string_view address_at(std::string_view text, std::size_t at) {
    auto end = at;
    while (end < text.size() && !ends_address(text[end]) &&
           (text[end] != ':' || !text.substr(end).starts_with("://"))) {
        ++end;
    }
    return text.substr(at, end - at);
}

bool is_of_the_web(std::string_view scheme) {
    const auto ends_with = [&](std::string_view name) {
        return scheme.size() >= name.size() && equal_ignoring_case(scheme.substr(scheme.size() - name.size()), name);
    };
    return ends_with("https:") || ends_with("http:");
}

bool is_number(std::string_view text) { return run_length(text, 0, is_digit) == text.size(); }

bool is_surely_a_host(std::string_view text) {
    return text == "localhost" || text.find_first_of(".:") != std::string_view::npos;
}

/// Whether a host follows, rather than the version of a package: `db:5432/app`, but not `1.2.3`, `v4/x` or, on the web,
/// `main`.
bool begins_with_host(std::string_view text, bool web) {
    const auto length = run_length(text, 0, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; });
    const auto host = text.substr(0, length);
    if (host.empty() ||
        (length < text.size() && std::string_view{"/?#:,;"}.find(text[length]) == std::string_view::npos))
        return false;
    if (is_digit(host[0])) return std::count(host.begin(), host.end(), '.') == 3;
    if (host[0] == 'v' && host.size() > 1 && is_digit(host[1])) return false;
    return !web || is_surely_a_host(text.substr(0, text.find_first_of("/?#")));
}

/// The `@` before the host. People forget to escape the slash or the `#` of a password, which end the host by rule:
/// where what would be the host, or its port, can't be one, and a host follows behind a later `@`, that one counts.
std::size_t user_information_end(std::string_view address, bool web) {
    constexpr auto none = std::string_view::npos;
    const auto path = std::min(address.find_first_of("/?#"), address.size());
    const auto authority = address.substr(0, path);
    const auto near = authority.rfind('@');
    const auto far = address.rfind('@');
    const auto colon = authority.find(':');
    if (far == near || colon == none || address[far - 1] == '/') return near;
    if (near != none) {
        if (colon > near || is_surely_a_host(authority.substr(near + 1))) return near;
    } else {
        const auto name = authority.substr(0, colon);
        const bool may_be_host = name.starts_with('[') || is_surely_a_host(name);
        if (may_be_host || is_number(authority.substr(colon + 1))) return none;
    }
    return begins_with_host(address.substr(far + 1), web) ? far : near;
}

/// A short one that nobody is called: with digits, and no organisation before its own repositories, as Azure DevOps
/// writes them.
bool is_token_as_name(std::string_view name, std::string_view host_and_path) {
    constexpr std::size_t shortest = 8;
    if (name.size() < shortest || run_length(name, 0, is_credential) != name.size()) return false;
    if (std::none_of(name.begin(), name.end(), is_digit)) return false;
    const auto slash = host_and_path.find('/');
    if (slash == std::string_view::npos) return true;
    const auto path = host_and_path.substr(slash + 1);
    return path.substr(0, path.find('/')) != name;
}

/// `user:password@` and `token@` before the host of the address that begins at `at`, behind its `//`.
void find_user_information(std::string_view text, std::size_t at, std::vector<HiddenRange>& found) {
    constexpr std::size_t longest_name = 20;
    const auto address = address_at(text, at);
    if (address.find('@') == std::string_view::npos) return;
    const bool web = is_of_the_web(text.substr(0, at - 2));
    const auto end = user_information_end(address, web);
    // `docker://node:18@sha256:…` has a tag in front of its digest.
    if (end == std::string_view::npos || address.substr(end + 1).starts_with("sha256:")) return;
    const auto information = address.substr(0, end);
    const auto name = information.substr(0, information.find(':'));
    const bool is_long = name.size() > longest_name;
    if (name.size() < information.size()) {
        const auto password = information.substr(name.size() + 1);
        if (!is_placeholder(password)) found.push_back({at + name.size() + 1, at + end});
        // `https://TOKEN:x-oauth-basic@host` has the token in front.
        if (is_long && !is_placeholder(name)) found.push_back({at, at + name.size()});
    } else if ((is_long && !is_placeholder(name)) || (web && is_token_as_name(name, address.substr(end + 1)))) {
        found.push_back({at, at + end});
    }
}

bool follows(std::string_view text, std::size_t at, std::string_view lower_case) {
    return text.size() - at >= lower_case.size() && equal_ignoring_case(text.substr(at, lower_case.size()), lower_case);
}

/// The same in an address that stands in another one's query, its signs escaped: `user%3Apassword%40host`.
void find_in_escaped_address(std::string_view text, std::size_t at, std::vector<HiddenRange>& found) {
    std::size_t begin = 0;
    std::size_t at_sign = 0;
    for (auto end = at; end < text.size() && !ends_address(text[end]); ++end) {
        if (std::string_view{"/?#&"}.find(text[end]) != std::string_view::npos || follows(text, end, "%2f")) break;
        if (begin == 0 && follows(text, end, "%3a")) begin = end + 3;
        if (follows(text, end, "%40")) at_sign = end;
    }
    if (begin == 0 || at_sign <= begin) return;
    const auto password = text.substr(begin, at_sign - begin);
    if (!is_placeholder(password) && !follows(password, 0, "%24%7b")) found.push_back({begin, at_sign});
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

/// Values in the query of the address that begins at `at` whose names say that nobody may see them. `done` is the end
/// of what was gone through for an address before: of one that stands in another's query only the first name is new, as
/// it stands behind a question mark there.
void find_in_query(std::string_view text, std::size_t at, std::size_t& done, std::vector<HiddenRange>& found) {
    const bool is_inner = at < done;
    auto end = is_inner ? done : at;
    while (end < text.size() && !ends_address(text[end])) ++end;
    done = end;
    const auto address = text.substr(0, end);
    const auto question_mark = is_inner ? address_at(text, at).find('?') : address.substr(at).find('?');
    auto begin = question_mark == std::string_view::npos ? question_mark : at + question_mark;
    while (begin != std::string_view::npos && begin < end) {
        ++begin;
        const auto next = std::min(address.find_first_of("&#", begin), end);
        const auto equals = address.substr(0, next).find('=', begin);
        if (equals < next && next - equals > 8 && names_a_secret(address.substr(begin, equals - begin))) {
            const auto value = address.substr(equals + 1, next - equals - 1);
            if (!is_placeholder(value)) found.push_back({equals + 1, next});
        }
        begin = next < end && !is_inner ? next : std::string_view::npos;
    }
}

void find_in_address(std::string_view text, std::size_t slashes, std::size_t& query_end,
                     std::vector<HiddenRange>& found) {
    const auto host = slashes + 2;
    find_user_information(text, host, found);
    find_in_query(text, host, query_end, found);
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

/// A name in front of secrets that have no form of their own, with how many characters of what alphabet they have.
struct Name {
    std::string_view lower_case;
    Alphabet alphabet;
    std::size_t least;
    std::size_t most;
    bool with_digits = true;  ///< what has none is a word
};

constexpr std::array names_of_secrets{
    Name{"secret_access_key", is_base64, 40, 40, false}, Name{"secretaccesskey", is_base64, 40, 40, false},
    Name{"session_token", is_credential, 16, 4096},      Name{"sessiontoken", is_credential, 16, 4096},
    Name{"sharedaccesskey", is_base64, 40, 128},         Name{"accountkey", is_base64, 40, 128},
    Name{"_authtoken", is_credential, 8, 4096},
};

constexpr std::string_view header_name = "authorization";

/// Which characters stand behind the first one of a name, a bit for each by its lower five bits, by that first one.
constexpr auto seconds_by_first = [] {
    std::array<std::uint32_t, 256> bits{};
    const auto add = [&](std::string_view name) {
        const auto bit = std::uint32_t{1} << (static_cast<unsigned>(name[1]) & 31U);
        bits[static_cast<unsigned char>(name[0])] |= bit;
        if (is_lower(name[0])) bits[static_cast<unsigned char>(name[0] - 'a' + 'A')] |= bit;
    };
    add(header_name);
    for (const auto& name : names_of_secrets) add(name.lower_case);
    return bits;
}();

/// False of nearly all places where no name begins.
bool may_begin_name(std::string_view text, std::size_t at) {
    const auto seconds = seconds_by_first[static_cast<unsigned char>(text[at])];
    return seconds != 0 && at + 1 < text.size() &&
           (seconds >> (static_cast<unsigned char>(text[at + 1]) & 31U) & 1U) != 0;
}

/// The value of the one of those names that begins at `at`.
void find_named_secret(std::string_view text, std::size_t at, std::vector<HiddenRange>& found) {
    for (const auto& name : names_of_secrets) {
        if (!follows(text, at, name.lower_case)) continue;
        const auto behind = at + name.lower_case.size();
        const auto begin = skip(text, behind, " \"'=:>\\");
        const auto length = run_length(text, begin, name.alphabet);
        if (begin == behind || length < name.least || length > name.most) return;
        const auto value = text.substr(begin, length);
        if (name.with_digits && std::none_of(value.begin(), value.end(), is_digit)) return;
        found.push_back({begin, begin + length});
        return;
    }
}

/// The bytes that a token or one of the words below may begin with.
std::bitset<256> beginnings() {
    std::bitset<256> set;
    for (const auto& form : forms) set.set(static_cast<unsigned char>(form.prefix.front()));
    for (const char c : {'g', 'n', 'e', '/', '%', '_', 'a', 'A', 's', 'S'}) set.set(static_cast<unsigned char>(c));
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
    std::size_t query_end = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (!begins.test(static_cast<unsigned char>(c))) continue;
        if (c == '/') {
            // A file's path and a comment have slashes too; an address has a colon before them.
            if (at == 0 || !text.substr(at).starts_with("//")) continue;
            if (text[at - 1] == ':') find_in_address(text, at, query_end, found);
            if (at >= 3 && follows(text, at - 3, "%3a")) find_in_escaped_address(text, at + 2, found);
            continue;
        }
        if (c == '%') {
            constexpr std::string_view begin = "%3a%2f%2f";
            if (follows(text, at, begin)) find_in_escaped_address(text, at + begin.size(), found);
            continue;
        }
        if (begins_word(text, at)) {
            if (const auto length = token_length(text, at); length > 0) {
                found.push_back({at, at + length});
                at += length - 1;
                continue;
            }
        }
        if (!may_begin_name(text, at)) continue;
        if (follows(text, at, header_name)) find_in_header(text, at + header_name.size(), found);
        find_named_secret(text, at, found);
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
