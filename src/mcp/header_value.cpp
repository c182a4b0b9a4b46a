#include "mcp/header_value.hpp"

#include "base/text.hpp"

namespace flux::mcp {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return {};
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    std::string out;
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return {};
        bits = (bits << 6) | static_cast<unsigned>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>((bits >> count) & 0xFF);
            bits &= (1U << count) - 1;
        }
    }
    // What is left over has to be zero, or two spellings would mean the same.
    if (bits != 0) return {};
    return out;
}

}  // namespace

std::optional<std::string> header_text(std::string_view value) {
    constexpr std::string_view front = "=?base64?";
    constexpr std::string_view back = "?=";
    value = trimmed(value);
    if (value.size() < front.size() + back.size() || value.substr(0, front.size()) != front ||
        value.substr(value.size() - back.size()) != back) {
        return std::string{value};
    }
    return from_base64(value.substr(front.size(), value.size() - front.size() - back.size()));
}

}  // namespace flux::mcp
