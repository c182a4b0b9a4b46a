#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mcp/message.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

struct CodecLimits {
    std::size_t message_bytes = 1 << 20;
    std::size_t depth = 64;
};

/// Text that arrived, as checked JSON: the strict pre-pass and the size. The view is of `text` and of `places`, which
/// are made here.
tl::expected<json::Raw, WireError> read_json(std::string_view text, json::Places& places, const CodecLimits& limits);

/// JSON that isn't a message. `id` is there if it could be read; `answered` is false for what would have been a
/// notification, which is passed over in silence where there is a choice.
struct NoMessage {
    WireError error;
    Id id = {};
    bool answered = true;
};

/// One message of JSON-RPC 2.0. Members that aren't known are tolerated.
tl::expected<Message, NoMessage> read_message(json::Raw json);

/// A string, or a whole number that fits 64 bits; nothing for what else is no id, nor for one beyond 512 bytes.
std::optional<Id> read_id(json::Raw json);

/// What an error without an id carries: nothing, or the `null` that clients before November 2025 look for.
enum class UnknownId { left_out, null };

/// Append one whole message to `out`; `result` and `params` are JSON.
void write_result(std::string& out, const Id& id, std::string_view result);
void write_error(std::string& out, const Id& id, const WireError& error, UnknownId unknown = UnknownId::left_out);
void write_notification(std::string& out, std::string_view method, std::string_view params);

/// This thread's buffer for the message that is being written, empty; until the next call of this function.
std::string& message_buffer();

}  // namespace flux::mcp
