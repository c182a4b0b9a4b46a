#include "net/http_message.hpp"

namespace flux::net {

std::optional<std::string_view> HttpReply::field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
        if (key == name) return value;
    }
    return {};
}

}  // namespace flux::net
