#include "mcp/request_scope.hpp"

#include "mcp/codec.hpp"

namespace flux::mcp {

std::string progress_token(json::Raw meta) {
    const auto token = meta.member("progressToken");
    if (token.absent()) return {};
    // It has the types of an id, and the same reasons to be short.
    const auto id = read_id(token);
    return id ? id->json : std::string{};
}

}  // namespace flux::mcp
