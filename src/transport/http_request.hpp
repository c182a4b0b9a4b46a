#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace flux::transport {

/// Why the peer's bytes are not taken: a status and a sentence for who wrote them.
struct HttpRefusal {
    int status;
    std::string_view why;
};

struct HeaderField {
    std::string_view name;   ///< as sent
    std::string_view value;  ///< without the blanks around it
    std::uint32_t key = 0;   ///< name_key of the name
};

/// The same for all spellings of a name, and of two names seldom the same: most fields that are looked for aren't
/// there, and this says so without a look at the names. `name` is a token and not empty.
constexpr std::uint32_t name_key(std::string_view name) {
    const auto lower = [name](std::size_t at) { return static_cast<std::uint32_t>(name[at] | 0x20); };
    const auto size = static_cast<std::uint32_t>(name.size());
    return size << 24 | lower(0) << 16 | lower(name.size() / 2) << 8 | lower(name.size() - 1);
}

/// One bit of 64 for each key: the bits of a head's fields say of most names that aren't there that they aren't.
constexpr std::uint64_t key_bit(std::uint32_t key) { return std::uint64_t{1} << (key * 0x9E3779B1U >> 26); }

/// The head of a request. All views are into the text that was read. 3 KiB: one a thread, not one a connection.
struct RequestHead {
    static constexpr std::size_t max_fields = 100;

    std::string_view method;
    std::string_view target;  ///< origin form (`/path?query`), or `*`; an absolute form is already cut to it
    std::string_view host;    ///< empty only in HTTP/1.0
    int minor_version = 1;    ///< of HTTP/1.x
    std::array<HeaderField, max_fields> fields;
    std::size_t field_count = 0;
    std::uint64_t keys_seen = 0;  ///< key_bit of each field's key

    std::uint64_t content_length = 0;
    bool has_body = false;  ///< a length above 0, or chunked
    bool chunked = false;
    bool keep_alive = true;
    bool expects_continue = false;

    /// The first field of that name, which is given in lower case.
    std::optional<std::string_view> field(std::string_view lower_name) const {
        const auto* const found = find(lower_name, name_key(lower_name), 0);
        return found == nullptr ? std::nullopt : std::optional{found->value};
    }

    /// How often a field of that name (in lower case) was sent.
    std::size_t count(std::string_view lower_name) const;

    /// The members of a comma-separated field (RFC 9110, 5.6.1), over all its lines; calls `visit` with each.
    template <class Visit>
    void each_listed(std::string_view lower_name, Visit visit) const;

    /// Whether a comma-separated field lists `token`, ignoring case.
    bool lists(std::string_view lower_name, std::string_view token) const;

private:
    /// The first from the one numbered `from` on, or nullptr.
    const HeaderField* find(std::string_view lower_name, std::uint32_t key, std::size_t from) const {
        if ((keys_seen & key_bit(key)) == 0) return nullptr;
        for (std::size_t i = from; i < field_count; ++i) {
            if (fields[i].key == key && equal_ignoring_case(fields[i].name, lower_name)) return &fields[i];
        }
        return nullptr;
    }
};

/// `text` without the blanks and tabs around it.
std::string_view without_blanks(std::string_view text);

template <class Visit>
void RequestHead::each_listed(std::string_view lower_name, Visit visit) const {
    const auto key = name_key(lower_name);
    for (const auto* field = find(lower_name, key, 0); field != nullptr;
         field = find(lower_name, key, static_cast<std::size_t>(field - fields.data()) + 1)) {
        auto rest = field->value;
        for (;;) {
            const auto comma = rest.find(',');
            const auto member = without_blanks(rest.substr(0, comma));
            if (!member.empty()) visit(member);
            if (comma == std::string_view::npos) break;
            rest.remove_prefix(comma + 1);
        }
    }
}

/// Finds where a request's head ends, at the front of a growing window, and refuses early what can never become one.
///
/// It remembers how far it has looked, so that a head that arrives byte by byte costs no more than one that comes
/// whole.
class HeadFinder {
public:
    enum class State { more, found, refused };

    explicit HeadFinder(std::size_t head_limit) : limit_{head_limit} {}

    /// Looks at `window`, which begins where the request does and has only grown since the last call. No I/O.
    State find(std::string_view window);

    std::size_t begin() const { return begin_; }  ///< of the request line: one empty line before it is ignored
    std::size_t end() const { return end_; }      ///< behind the empty line, once found
    HttpRefusal refusal() const { return refusal_; }

private:
    State refuse(int status, std::string_view why);

    std::size_t limit_;
    std::size_t looked_at_ = 0;   ///< bytes of the window known to hold no end
    std::size_t line_start_ = 0;  ///< of the line that is not whole yet
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    HttpRefusal refusal_{0, {}};
};

/// Reads a whole head (a HeadFinder's bytes from `begin` to `end`) strictly by RFC 9112: what two readers could
/// understand differently is refused. No allocation. After a refusal the connection cannot go on.
std::optional<HttpRefusal> read_request_head(std::string_view text, std::size_t target_limit, RequestHead& head);

/// Whether `text` is a token of RFC 9110 (method, field name).
bool is_token(std::string_view text);

}  // namespace flux::transport
