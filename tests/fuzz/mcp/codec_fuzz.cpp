// Whatever text comes in, it is a message or it isn't; and what it says of itself can be written down again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/strict.hpp"
#include "mcp/codec.hpp"
#include "mcp/header_value.hpp"

namespace flux::mcp {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    (void)header_text(text);

    flux::json::Places places;
    const auto json = read_json(text, places, {});
    if (!json) return 0;
    const auto message = read_message(*json);
    std::string written;
    if (!message) {
        write_error(written, message.error().id, message.error().error);
    } else if (const auto* request = std::get_if<Request>(&*message)) {
        // An id survives being written and read.
        const auto again = read_id(json::Raw{request->id.json});
        require(again && *again == request->id);
        write_error(written, request->id, method_not_found(request->method));
    }
    if (!written.empty()) require(json::check_strictly(written).has_value());
    return 0;
}

}  // namespace flux::mcp
