#include "logs/log_cursor.hpp"

#include <fmt/format.h>

#include <iterator>
#include <limits>
#include <optional>
#include <vector>

namespace flux::logs {

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t longest_cursor = std::size_t{64} * 1024;
/// The first byte. With transitions a count stands before the lines, so that it is known where they end.
constexpr unsigned char lines_only = 1;
constexpr unsigned char with_transitions = 2;
/// The same with the stretches of jobs that were read before the lines, as a count and what lies between their ends.
constexpr unsigned char with_stretches = 3;
constexpr std::size_t checksum_bytes = 4;

std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t sum = 2'166'136'261U;
    for (const char byte : bytes) sum = (sum ^ static_cast<unsigned char>(byte)) * 16'777'619U;
    return sum;
}

void put(std::string& out, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U) out += static_cast<char>((number & 0x7FU) | 0x80U);
    out += static_cast<char>(number);
}

std::optional<std::int64_t> take(std::string_view& text) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; !text.empty() && shift < 63; shift += 7) {
        const auto byte = static_cast<unsigned char>(text.front());
        text.remove_prefix(1);
        number |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80) return static_cast<std::int64_t>(number);
    }
    return {};
}

std::string to_base64url(std::string_view bytes) {
    std::string out;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char byte : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(byte);
        for (held += 8; held >= 6; held -= 6) out += digits[(bits >> (held - 6)) & 0x3FU];
    }
    if (held > 0) out += digits[(bits << (6 - held)) & 0x3FU];
    return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char digit : text) {
        const auto value = digits.find(digit);
        if (value == std::string_view::npos) return {};
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>((bits >> held) & 0xFFU);
        }
    }
    return out;
}

std::optional<LogCursor> from_text(std::string_view text) {
    if (text.size() > longest_cursor) return {};
    const auto bytes = from_base64url(text);
    // Only the one spelling counts, so that equal cursors are equal texts.
    if (!bytes || bytes->size() <= checksum_bytes + 1 || to_base64url(*bytes) != text) return {};
    auto rest = std::string_view{*bytes}.substr(0, bytes->size() - checksum_bytes);
    auto sum = checksum(rest);
    for (auto i = rest.size(); i < bytes->size(); ++i, sum >>= 8U) {
        if (static_cast<unsigned char>((*bytes)[i]) != (sum & 0xFFU)) return {};
    }
    const auto form = static_cast<unsigned char>(rest.front());
    if (form != lines_only && form != with_transitions && form != with_stretches) return {};
    rest.remove_prefix(1);

    LogCursor cursor;
    const auto run = take(rest);
    const auto attempt = take(rest);
    if (!run || !attempt || *attempt > 1'000'000) return {};
    cursor.run = *run;
    cursor.attempt = static_cast<int>(*attempt);
    auto lines = std::numeric_limits<std::int64_t>::max();
    if (form == with_stretches) {
        const auto count = take(rest);
        if (!count) return {};
        std::int64_t end = 0;
        for (auto i = *count; i > 0; --i) {
            const auto gap = take(rest);
            const auto length = take(rest);
            constexpr auto most = std::numeric_limits<std::int64_t>::max() / 4;
            if (!gap || !length || *gap > most - end || *length > most - end - *gap) return {};
            const auto first = end + *gap;
            end = first + *length;
            cursor.read[first] = end;
        }
    }
    if (form != lines_only) {
        const auto count = take(rest);
        if (!count) return {};
        lines = *count;
    }
    while (!rest.empty()) {
        const auto job = take(rest);
        const auto place = take(rest);
        if (!job || !place) return {};
        (lines-- > 0 ? cursor.next : cursor.transitions)[*job] = *place;
    }
    return cursor;
}

}  // namespace

std::int64_t LogCursor::next_line(std::int64_t job) const {
    if (const auto found = next.find(job); found != next.end()) return found->second;
    const auto behind = read.upper_bound(job);
    const bool was_read = behind != read.begin() && job <= std::prev(behind)->second;
    return was_read ? std::numeric_limits<std::int64_t>::max() : 1;
}

std::string LogCursor::encode() const {
    const auto form = !read.empty() ? with_stretches : !transitions.empty() ? with_transitions : lines_only;
    std::string bytes(1, static_cast<char>(form));
    put(bytes, static_cast<std::uint64_t>(run));
    put(bytes, static_cast<std::uint64_t>(attempt));
    if (form == with_stretches) {
        put(bytes, read.size());
        std::int64_t end = 0;
        for (const auto& [first, last] : read) {
            put(bytes, static_cast<std::uint64_t>(first - end));
            put(bytes, static_cast<std::uint64_t>(last - first));
            end = last;
        }
    }
    if (form != lines_only) put(bytes, next.size());
    for (const auto* places : {&next, &transitions}) {
        for (const auto& [job, place] : *places) {
            put(bytes, static_cast<std::uint64_t>(job));
            put(bytes, static_cast<std::uint64_t>(place));
        }
    }
    auto sum = checksum(bytes);
    for (std::size_t i = 0; i < checksum_bytes; ++i, sum >>= 8U) bytes += static_cast<char>(sum & 0xFFU);
    return to_base64url(bytes);
}

Result<LogCursor> LogCursor::decode(std::string_view text, std::int64_t run) {
    auto cursor = from_text(text);
    if (!cursor) {
        return fail(Errc::invalid_argument,
                    "`cursor` is damaged or was never given out. Pass a `cursor` exactly as an answer had it, or leave "
                    "it out to start anew.",
                    "cursor_damaged");
    }
    if (cursor->run != run) {
        return fail(
            Errc::invalid_argument,
            fmt::format("`cursor` belongs to run {}, not to run {}. Leave it out to start anew.", cursor->run, run),
            "cursor_mismatch");
    }
    return *std::move(cursor);
}

}  // namespace flux::logs
