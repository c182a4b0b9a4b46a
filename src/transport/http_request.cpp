#include "transport/http_request.hpp"

#include <bit>
#include <charconv>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/text.hpp"

namespace flux::transport {

namespace {

constexpr std::array<bool, 256> token_characters = [] {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'}) {
        table[static_cast<unsigned char>(c)] = true;
    }
    return table;
}();

bool is_token_character(char c) { return token_characters[static_cast<unsigned char>(c)]; }

constexpr std::array<bool, 256> value_characters = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0x20; byte < table.size(); ++byte) table[byte] = byte != 0x7F;
    table['\t'] = true;
    return table;
}();

/// The first of the bytes up to `end` that no field's value may hold, or `end`; sixteen a step, where the processor has
/// that.
const char* skip_value(const char* at, const char* end) {
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const auto control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
        const auto tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
        const auto del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F));
        const auto found = _mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tab, control), del));
        if (found != 0) return at + std::countr_zero(static_cast<unsigned>(found));
    }
#endif
    while (at != end && value_characters[static_cast<unsigned char>(*at)]) ++at;
    return at;
}

// Visible ASCII without what has to be percent-encoded in any case. RFC 3986 forbids more (`|`, `^`, …), which clients
// send all the same and which nobody reads in two ways.
bool is_target_character(char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '<' && c != '>' && c != '\\'; }

bool is_host_character(char c) {
    return is_token_character(c) || c == ':' || c == '[' || c == ']' || c == '(' || c == ')' || c == ',' || c == ';' ||
           c == '=';
}

template <class Predicate>
bool all_of(std::string_view text, Predicate predicate) {
    for (const char c : text) {
        if (!predicate(c)) return false;
    }
    return true;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

bool is_token(std::string_view text) { return !text.empty() && all_of(text, is_token_character); }

std::size_t RequestHead::count(std::string_view lower_name) const {
    const auto key = name_key(lower_name);
    std::size_t found = 0;
    for (const auto* field = find(lower_name, key, 0); field != nullptr;
         field = find(lower_name, key, static_cast<std::size_t>(field - fields.data()) + 1)) {
        ++found;
    }
    return found;
}

bool RequestHead::lists(std::string_view lower_name, std::string_view token) const {
    bool found = false;
    each_listed(lower_name, [&](std::string_view member) { found = found || equal_ignoring_case(member, token); });
    return found;
}

HeadFinder::State HeadFinder::refuse(int status, std::string_view why) {
    refusal_ = {status, why};
    return State::refused;
}

HeadFinder::State HeadFinder::find(std::string_view window) {
    if (refusal_.status != 0) return State::refused;
    const auto begins_well = [&] {
        return window.size() <= begin_ || window[begin_] == '\r' || is_token_character(window[begin_]);
    };
    if (!begins_well()) return refuse(400, "This is not an HTTP request.");
    while (looked_at_ < window.size()) {
        const void* found = std::memchr(window.data() + looked_at_, '\n', window.size() - looked_at_);
        if (found == nullptr) {
            looked_at_ = window.size();
            break;
        }
        const auto feed = static_cast<std::size_t>(static_cast<const char*>(found) - window.data());
        looked_at_ = feed + 1;
        if (feed == line_start_ || window[feed - 1] != '\r') return refuse(400, "A line ends without CR LF.");
        const bool empty_line = feed - 1 == line_start_;
        const bool first_line = line_start_ == begin_;
        line_start_ = feed + 1;
        if (!empty_line) continue;
        if (!first_line) {
            end_ = feed + 1;
            if (end_ - begin_ > limit_) return refuse(431, "The request's head is longer than this server reads.");
            return State::found;
        }
        // One empty line before a request is ignored (RFC 9112, 2.2): old clients send it after a body.
        if (begin_ != 0) return refuse(400, "Empty lines stand where a request line should.");
        begin_ = line_start_;
        if (!begins_well()) return refuse(400, "This is not an HTTP request.");
    }
    if (window.size() - begin_ <= limit_) return State::more;
    return line_start_ == begin_ ? refuse(414, "The request line is longer than this server reads.")
                                 : refuse(431, "The request's head is longer than this server reads.");
}

namespace {

/// One reading of one head.
class HeadReader {
public:
    HeadReader(std::size_t target_limit, RequestHead& head) : target_limit_{target_limit}, head_{head} {}

    std::optional<HttpRefusal> read(std::string_view text);

private:
    using Verdict = std::optional<HttpRefusal>;

    static Verdict refuse(int status, std::string_view why) { return HttpRefusal{status, why}; }
    Verdict read_request_line(std::string_view line);
    Verdict read_target(std::string_view target);
    Verdict read_field(std::string_view& text);
    static Verdict refuse_name(std::string_view line);
    Verdict read_framing();

    std::size_t target_limit_;
    RequestHead& head_;
    std::string_view authority_;  ///< of a target in absolute form
};

// `text` ends with the empty line, and each of its lines with CR LF.
std::optional<HttpRefusal> HeadReader::read(std::string_view text) {
    head_.field_count = 0;
    head_.keys_seen = 0;
    const auto end = text.find('\n');
    if (auto refused = read_request_line(text.substr(0, end - 1))) return refused;
    text.remove_prefix(end + 1);
    while (text.front() != '\r') {
        if (auto refused = read_field(text)) return refused;
    }
    // Behind a CR at the front of a line only the end is left: the finder has seen that CR LF ends each.
    return text.size() == 2 ? read_framing() : refuse_name(text);
}

HeadReader::Verdict HeadReader::read_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) {
        return refuse(400, "The request line has to be a method, a target and HTTP/1.1, one space between them.");
    }
    head_.method = line.substr(0, first);
    if (!is_token(head_.method)) return refuse(400, "The method is not a token.");

    const auto version = line.substr(second + 1);
    if (version.size() != 8 || !version.starts_with("HTTP/") || version[5] < '0' || version[5] > '9' ||
        version[6] != '.' || version[7] < '0' || version[7] > '9') {
        return refuse(400, "The request line has to end with HTTP/1.1.");
    }
    if (version[5] != '1') return refuse(505, "This server speaks HTTP/1.1.");
    head_.minor_version = version[7] == '0' ? 0 : 1;
    return read_target(line.substr(first + 1, second - first - 1));
}

HeadReader::Verdict HeadReader::read_target(std::string_view target) {
    authority_ = {};
    if (target.size() > target_limit_) return refuse(414, "The request's target is longer than this server reads.");
    if (target.empty() || !all_of(target, is_target_character) || target.find('#') != std::string_view::npos) {
        return refuse(400, "The request's target holds characters that do not belong there.");
    }
    if (target.front() != '/' && target != "*") {
        const auto scheme_end = target.find("://");
        if (scheme_end == std::string_view::npos || !(equal_ignoring_case(target.substr(0, scheme_end), "http") ||
                                                      equal_ignoring_case(target.substr(0, scheme_end), "https"))) {
            return refuse(400, "The request's target has to be a path.");
        }
        target.remove_prefix(scheme_end + 3);
        const auto slash = target.find('/');
        if (slash == std::string_view::npos) return refuse(400, "The request's target has to be a path.");
        authority_ = target.substr(0, slash);
        target.remove_prefix(slash);
        if (authority_.empty()) return refuse(400, "The request's target names no host.");
    }
    if (target == "*" && head_.method != "OPTIONS") return refuse(400, "Only OPTIONS may ask for `*`.");
    head_.target = target;
    return std::nullopt;
}

// Takes one line off the front of `text`.
HeadReader::Verdict HeadReader::read_field(std::string_view& text) {
    std::size_t colon = 0;
    while (is_token_character(text[colon])) ++colon;
    if (colon == 0 || text[colon] != ':') return refuse_name(text.substr(0, text.find('\r')));
    const auto name = text.substr(0, colon);
    text.remove_prefix(colon + 1);

    const auto end = static_cast<std::size_t>(skip_value(text.data(), text.data() + text.size()) - text.data());
    if (text[end] != '\r' || text[end + 1] != '\n') return refuse(400, "A header field holds a control character.");
    if (head_.field_count == RequestHead::max_fields) return refuse(431, "The request has too many header fields.");
    const auto key = name_key(name);
    head_.fields[head_.field_count++] = {name, without_blanks(text.substr(0, end)), key};
    head_.keys_seen |= key_bit(key);
    text.remove_prefix(end + 2);
    return std::nullopt;
}

// A line that doesn't begin with a token and a colon.
HeadReader::Verdict HeadReader::refuse_name(std::string_view line) {
    if (!line.empty() && is_blank(line.front())) return refuse(400, "A header field is folded over two lines.");
    if (line.find(':') == std::string_view::npos) return refuse(400, "A header field has no colon.");
    return refuse(400, "A header field's name is not a token, or is followed by a blank.");
}

// Everything that decides where this request ends and whose it is. One pass over the fields, because it is done for
// every request.
HeadReader::Verdict HeadReader::read_framing() {
    std::size_t hosts = 0;
    std::size_t lengths = 0;
    std::size_t encodings = 0;
    std::string_view host;
    std::string_view length;
    std::string_view encoding;
    bool closes = false;
    bool keeps = false;
    head_.expects_continue = false;
    for (std::size_t i = 0; i < head_.field_count; ++i) {
        const auto& [name, value, key] = head_.fields[i];
        switch (name.size()) {
        case 4:
            if (equal_ignoring_case(name, "host")) ++hosts, host = value;
            break;
        case 6:
            if (equal_ignoring_case(name, "expect")) {
                if (!equal_ignoring_case(value, "100-continue")) return refuse(417, "Only 100-continue is expected.");
                head_.expects_continue = head_.minor_version > 0;
            }
            break;
        case 10:
            if (equal_ignoring_case(name, "connection")) {
                closes = closes || head_.lists("connection", "close");
                keeps = keeps || head_.lists("connection", "keep-alive");
            }
            break;
        case 14:
            if (equal_ignoring_case(name, "content-length")) ++lengths, length = value;
            break;
        case 17:
            if (equal_ignoring_case(name, "transfer-encoding")) ++encodings, encoding = value;
            break;
        default: break;
        }
    }

    if (hosts > 1) return refuse(400, "The request names more than one Host.");
    if (hosts == 0 && head_.minor_version > 0) return refuse(400, "The request names no Host.");
    if (!all_of(host, is_host_character)) return refuse(400, "Host holds characters that do not belong there.");
    if (!authority_.empty() && hosts == 1 && !equal_ignoring_case(authority_, host)) {
        return refuse(400, "The target and Host name different hosts.");
    }
    if (!all_of(authority_, is_host_character)) return refuse(400, "The target's host is malformed.");
    head_.host = authority_.empty() ? host : authority_;

    head_.keep_alive = head_.minor_version > 0 ? !closes : keeps && !closes;
    head_.chunked = encodings > 0;
    head_.content_length = 0;
    if (encodings > 0) {
        if (lengths > 0) return refuse(400, "The request has both Content-Length and Transfer-Encoding.");
        if (head_.minor_version == 0) return refuse(400, "HTTP/1.0 knows no Transfer-Encoding.");
        if (encodings > 1 || !equal_ignoring_case(encoding, "chunked")) {
            return refuse(501, "The only Transfer-Encoding that this server reads is `chunked`.");
        }
    }
    if (lengths > 1) return refuse(400, "The request has more than one Content-Length.");
    if (lengths == 1) {
        // from_chars takes a minus sign for signed types only; a plus sign never.
        const auto [end, failed] = std::from_chars(length.data(), length.data() + length.size(), head_.content_length);
        if (failed != std::errc{} || end != length.data() + length.size()) {
            return refuse(400, "Content-Length is not a number.");
        }
    }
    head_.has_body = head_.chunked || head_.content_length > 0;
    return std::nullopt;
}

}  // namespace

std::optional<HttpRefusal> read_request_head(std::string_view text, std::size_t target_limit, RequestHead& head) {
    return HeadReader{target_limit, head}.read(text);
}

}  // namespace flux::transport
