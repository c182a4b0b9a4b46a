#include "workflow/value_json.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workflow/decimal.hpp"

namespace flux::workflow {

namespace {

constexpr int max_json_depth = 100;

void append_utf8(std::string& text, std::uint32_t c) {
    const auto byte = [](std::uint32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
    if (c < 0x80) {
        text += byte(c);
    } else if (c < 0x800) {
        text += byte(0xC0 | (c >> 6));
        text += byte(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        text += byte(0xE0 | (c >> 12));
        text += byte(0x80 | ((c >> 6) & 0x3F));
        text += byte(0x80 | (c & 0x3F));
    } else {
        text += byte(0xF0 | (c >> 18));
        text += byte(0x80 | ((c >> 12) & 0x3F));
        text += byte(0x80 | ((c >> 6) & 0x3F));
        text += byte(0x80 | (c & 0x3F));
    }
}

class Writer {
public:
    Writer(bool pretty, std::size_t limit) : pretty_{pretty}, limit_{limit} {}

    void write(const Value& value, std::size_t depth) {
        if (is_full()) return;
        switch (value.kind()) {
        case Value::Kind::null: text_ += "null"; break;
        case Value::Kind::boolean: text_ += value.boolean() ? "true" : "false"; break;
        case Value::Kind::number: text_ += std::isfinite(value.number()) ? number_text(value.number()) : "null"; break;
        case Value::Kind::string: quote(value.string()); break;
        case Value::Kind::array: write_items(value.array(), depth); break;
        case Value::Kind::object: write_members(value.object(), depth); break;
        }
    }

    bool is_full() const { return text_.size() > limit_; }
    std::string take() { return std::move(text_); }

private:
    void write_items(const Value::Array& items, std::size_t depth) {
        if (items.empty()) {
            text_ += "[]";
            return;
        }
        text_ += '[';
        for (std::size_t i = 0; i < items.size() && !is_full(); ++i) {
            if (i > 0) text_ += ',';
            break_line(depth + 1);
            write(items[i], depth + 1);
        }
        break_line(depth);
        text_ += ']';
    }

    void write_members(const Object& object, std::size_t depth) {
        if (object.empty()) {
            text_ += "{}";
            return;
        }
        text_ += '{';
        bool first = true;
        for (const auto& member : object.members()) {
            if (is_full()) return;
            if (!std::exchange(first, false)) text_ += ',';
            break_line(depth + 1);
            quote(member.name);
            text_ += pretty_ ? ": " : ":";
            write(member.value, depth + 1);
        }
        break_line(depth);
        text_ += '}';
    }

    void break_line(std::size_t depth) {
        if (pretty_) text_.append("\n").append(2 * depth, ' ');
    }

    void quote(std::string_view text) {
        text_ += '"';
        for (const char c : text) {
            switch (c) {
            case '"': text_ += "\\\""; break;
            case '\\': text_ += "\\\\"; break;
            case '\b': text_ += "\\b"; break;
            case '\f': text_ += "\\f"; break;
            case '\n': text_ += "\\n"; break;
            case '\r': text_ += "\\r"; break;
            case '\t': text_ += "\\t"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    text_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                } else {
                    text_ += c;
                }
            }
        }
        text_ += '"';
    }

    const bool pretty_;
    const std::size_t limit_;
    std::string text_;
};

/// Recursive descent over one JSON text. The first mistake ends it.
class Reader {
public:
    Reader(std::string_view text, std::size_t limit) : text_{text}, left_{limit} {}

    Result<Value> read() {
        auto value = read_value(0);
        skip_blanks();
        if (too_large_) return fail(Errc::too_large, "The JSON takes too much memory.");
        if (value && at_ < text_.size()) value.reset();
        if (!value) return fail(Errc::invalid_argument, complaint());
        return *std::move(value);
    }

private:
    std::string complaint() const {
        if (too_deep_) return fmt::format("The JSON is more than {} levels deep.", max_json_depth);
        if (at_ >= text_.size()) return "The JSON ends too early.";
        std::size_t length = 1;
        while (length < 4 && !is_utf8(text_.substr(at_, length))) ++length;
        const auto character = text_.substr(at_, length);
        return fmt::format("The JSON is not valid: unexpected `{}` at character {}.", to_utf8(character), at_ + 1);
    }

    void skip_blanks() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
            ++at_;
    }

    bool take(std::string_view expected) {
        if (!text_.substr(at_).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }

    bool pay(std::size_t bytes) {
        too_large_ = too_large_ || bytes > left_;
        if (!too_large_) left_ -= bytes;
        return !too_large_;
    }

    std::optional<Value> read_value(int depth) {
        if (depth > max_json_depth) {
            too_deep_ = true;
            return std::nullopt;
        }
        if (!pay(sizeof(Value))) return std::nullopt;
        skip_blanks();
        if (take("null")) return Value{};
        if (take("true")) return Value{true};
        if (take("false")) return Value{false};
        if (take("[")) return read_items(depth + 1);
        if (take("{")) return read_members(depth + 1);
        if (take("\"")) {
            auto text = read_text();
            if (!text) return std::nullopt;
            return Value{*std::move(text)};
        }
        return read_number();
    }

    std::optional<Value> read_items(int depth) {
        Value::Array items;
        skip_blanks();
        if (take("]")) return Value{std::move(items)};
        for (;;) {
            auto item = read_value(depth);
            if (!item) return std::nullopt;
            items.push_back(*std::move(item));
            skip_blanks();
            if (take("]")) return Value{std::move(items)};
            if (!take(",")) return std::nullopt;
        }
    }

    std::optional<Value> read_members(int depth) {
        Object object;
        skip_blanks();
        if (take("}")) return Value{std::move(object)};
        for (;;) {
            skip_blanks();
            if (!take("\"")) return std::nullopt;
            auto name = read_text();
            if (!name) return std::nullopt;
            skip_blanks();
            if (!take(":")) return std::nullopt;
            auto value = read_value(depth);
            if (!value) return std::nullopt;
            // The same name again counts, a name that differs in case only doesn't: so do the official readers.
            const auto* earlier = object.find_member(*name);
            if (earlier == nullptr || earlier->name == *name) object.set(*std::move(name), *std::move(value));
            skip_blanks();
            if (take("}")) return Value{std::move(object)};
            if (!take(",")) return std::nullopt;
        }
    }

    std::optional<std::string> read_text() {
        std::string text;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
            ++at_;
            if (c == '"') return pay(text.size() + sizeof text) ? std::optional{std::move(text)} : std::nullopt;
            if (c != '\\') {
                text += c;
            } else if (!read_escape(text)) {
                return std::nullopt;
            }
        }
        return std::nullopt;
    }

    bool read_escape(std::string& text) {
        static constexpr std::string_view letters = "\"\\/bfnrt";
        static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        if (at_ >= text_.size()) return false;
        const auto which = letters.find(text_[at_]);
        if (which != std::string_view::npos) {
            ++at_;
            text += meanings[which];
            return true;
        }
        if (!take("u")) return false;
        auto unit = read_unit();
        if (!unit) return false;
        if (*unit >= 0xD800 && *unit <= 0xDFFF) {
            const auto before = at_;
            const auto low = *unit < 0xDC00 && take("\\u") ? read_unit() : std::nullopt;
            if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
                unit = 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
            } else {
                at_ = before;
                unit = 0xFFFD;  // half a pair has no place in UTF-8
            }
        }
        append_utf8(text, *unit);
        return true;
    }

    std::optional<std::uint32_t> read_unit() {
        const auto digits = text_.substr(at_, 4);
        std::uint32_t unit = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
        if (digits.size() < 4 || read.ptr != digits.data() + 4) return std::nullopt;
        at_ += 4;
        return unit;
    }

    std::optional<Value> read_number() {
        const auto start = at_;
        auto end = at_;
        while (end < text_.size() && std::string_view{"+-.0123456789eE"}.find(text_[end]) != std::string_view::npos)
            ++end;
        const auto number = text_.substr(start, end - start);
        auto digits = number;
        if (digits.starts_with('-')) digits.remove_prefix(1);
        const bool starts_well = !digits.empty() && digits[0] >= '0' && digits[0] <= '9';
        const bool leading_zero = digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
        const auto point = digits.find('.');
        const bool bare_point = point != std::string_view::npos &&
                                (point + 1 == digits.size() || digits[point + 1] < '0' || digits[point + 1] > '9');
        const auto value = decimal(number);
        if (!starts_well || leading_zero || bare_point || !value) return std::nullopt;
        at_ = end;
        return Value{*value};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t left_;
    bool too_deep_ = false;
    bool too_large_ = false;
};

}  // namespace

Result<std::string> to_json(const Value& value, std::size_t limit) {
    Writer writer{true, limit};
    writer.write(value, 0);
    if (writer.is_full()) return fail(Errc::too_large, fmt::format("The JSON takes more than {} bytes.", limit));
    return writer.take();
}

std::string to_compact_json(const Value& value) {
    Writer writer{false, std::numeric_limits<std::size_t>::max()};
    writer.write(value, 0);
    return writer.take();
}

Result<Value> from_json(std::string_view text, std::size_t limit) { return Reader{text, limit}.read(); }

}  // namespace flux::workflow
