#include "observe/log_line.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "base/text.hpp"

namespace flux::observe {

namespace {

constexpr std::size_t field_limit = 8192;

const char* name_of(LogLevel level) {
    switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
    case LogLevel::off: break;
    }
    return "off";
}

struct Character {
    std::uint32_t code;
    std::size_t length;  ///< in bytes
};

/// The first character of well-formed UTF-8.
Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const auto first = byte(0);
    if (first < 0x80) return {first, 1};
    if (first < 0xE0) return {(first & 0x1F) << 6 | (byte(1) & 0x3F), 2};
    if (first < 0xF0) return {(first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
    return {(first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
}

/// What some reader of logs takes for the end of a line, or a terminal for an order, or what nobody sees.
bool has_to_be_escaped(std::uint32_t code) {
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return true;
    if (code >= 0x200B && code <= 0x200F) return true;
    if (code >= 0x2028 && code <= 0x202E) return true;
    if (code >= 0x2060 && code <= 0x206F) return true;
    return code == 0x061C || code == 0xFEFF || (code >= 0xE0000 && code <= 0xE007F);
}

void append_escape(std::string& out, std::uint32_t code) {
    const auto append_unit = [&](std::uint32_t unit) { fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit); };
    switch (code) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    if (code >= 0x10000) {
        append_unit(0xD800 + ((code - 0x10000) >> 10));
        append_unit(0xDC00 + ((code - 0x10000) & 0x3FF));
    } else {
        append_unit(code);
    }
}

/// `text` cut to the limit and well formed. Unlike to_utf8 it keeps NULs, which a log shows.
std::string legible(std::string_view text, std::size_t limit) {
    std::string_view front = text.substr(0, limit);
    std::string out;
    if (is_utf8(front)) {
        out = front;
    } else {
        for (std::size_t start = 0; start <= front.size();) {
            const auto end = std::min(front.find('\0', start), front.size());
            out += to_utf8(front.substr(start, end - start));
            if (end < front.size()) out += '\0';
            start = end + 1;
        }
    }
    if (text.size() > limit) out += fmt::format("… ({} bytes)", text.size());
    return out;
}

void append_escaped(std::string& out, std::string_view text, std::size_t limit) {
    const auto whole = legible(text, limit);
    std::string_view rest = whole;
    while (!rest.empty()) {
        const auto [code, length] = first_character(rest);
        if (code == '"' || code == '\\') {
            out += '\\';
            out += static_cast<char>(code);
        } else if (has_to_be_escaped(code)) {
            append_escape(out, code);
        } else {
            out += rest.substr(0, length);
        }
        rest.remove_prefix(length);
    }
}

/// Whether a reader sees where the text ends without quotes.
bool needs_quotes(std::string_view text) {
    return text.empty() || text.find_first_of(" =\"\\") != std::string_view::npos;
}

template <class Value>
void append_value(std::string& out, LogFormat format, const Value& value) {
    if constexpr (std::is_same_v<Value, std::string_view>) {
        if (format == LogFormat::json || needs_quotes(value)) {
            append_json_string(out, value);
        } else {
            append_escaped(out, value, field_limit);
        }
    } else if constexpr (std::is_same_v<Value, double>) {
        out += std::isfinite(value) ? fmt::format("{}", value) : "null";
    } else {
        fmt::format_to(std::back_inserter(out), "{}", value);
    }
}

void append_value(std::string& out, LogFormat format, const LogField& field) {
    std::visit([&](const auto& value) { append_value(out, format, value); }, field.value());
}

std::string json_line(std::string_view time, LogLevel level, std::string_view message,
                      std::span<const LogField> fields) {
    auto out = fmt::format(R"({{"time":"{}","level":"{}","message":)", time, name_of(level));
    append_json_string(out, message);
    for (const auto& field : fields) {
        out += ',';
        append_json_string(out, field.name());
        out += ':';
        append_value(out, LogFormat::json, field);
    }
    out += "}\n";
    return out;
}

std::string readable_line(std::string_view time, LogLevel level, std::string_view message,
                          std::span<const LogField> fields) {
    auto out = fmt::format("{} {:<7} ", time.substr(11, 12), name_of(level));
    append_escaped(out, message, field_limit);
    for (const auto& field : fields) {
        out += ' ';
        append_escaped(out, field.name(), field_limit);
        out += '=';
        append_value(out, LogFormat::readable, field);
    }
    out += '\n';
    return out;
}

/// `2026-11-24T19:52:31.012Z`.
std::string stamp(WallTime time) {
    auto text = log_stamp(time);
    constexpr std::size_t up_to_milliseconds = 23;
    return text.substr(0, up_to_milliseconds) + 'Z';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text, std::size_t limit) {
    out += '"';
    append_escaped(out, text, limit);
    out += '"';
}

std::string log_line(LogFormat format, WallTime time, LogLevel level, std::string_view message,
                     std::span<const LogField> fields) {
    const auto when = stamp(time);
    return format == LogFormat::json ? json_line(when, level, message, fields)
                                     : readable_line(when, level, message, fields);
}

}  // namespace flux::observe
