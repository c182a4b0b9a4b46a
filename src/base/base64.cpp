#include "base/base64.hpp"

namespace flux {

namespace {

constexpr std::string_view usual = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view alphabet) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        count += 8;
        while (count >= 6) {
            count -= 6;
            out += alphabet[(bits >> count) & 0x3F];
        }
        bits &= (1U << count) - 1;
    }
    if (count > 0) out += alphabet[(bits << (6 - count)) & 0x3F];
    return out;
}

std::optional<std::string> decode(std::string_view text, std::string_view alphabet) {
    // One character alone holds no byte.
    if (text.size() % 4 == 1) return {};
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
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

std::string to_base64(std::string_view bytes) {
    auto out = encode(bytes, usual);
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return {};
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    return decode(text, usual);
}

std::string to_base64url(std::string_view bytes) { return encode(bytes, for_urls); }

std::optional<std::string> from_base64url(std::string_view text) { return decode(text, for_urls); }

}  // namespace flux
