#include "mcp/header_value.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

namespace flux::mcp {

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
