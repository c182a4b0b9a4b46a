#pragma once

#include <string>
#include <string_view>

namespace flux::transport {

/// Appends `message` as one line. Raw line breaks, which JSON allows between its tokens only, become spaces.
inline void append_message_line(std::string& out, std::string_view message) {
    const auto at = out.size();
    out += message;
    for (auto i = at; i < out.size(); ++i) {
        if (out[i] == '\n' || out[i] == '\r') out[i] = ' ';
    }
    out += '\n';
}

/// The answer to a line that is longer than the limit. It has no id, because none was read.
inline constexpr std::string_view too_long_error() {
    return R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"The message is longer than this server reads."}})";
}

}  // namespace flux::transport
