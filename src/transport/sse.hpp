#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace flux::transport {

/// Appends one server-sent event of the type `message`: a `data:` line for each line of `data`, and `id:` unless `id`
/// is empty. A CR in `data` begins a new line too, because readers see it that way.
void append_event(std::string& out, std::string_view data, std::string_view id = {});

/// Appends `retry:`, which belongs to the event that follows: how long a client waits before it connects again.
void append_retry(std::string& out, std::chrono::milliseconds time);

/// Appends a comment, which readers skip: keeps proxies from closing a silent stream.
void append_comment(std::string& out);

/// Appends `content` as one chunk of a chunked body. Nothing for no content: an empty chunk would end the body.
void append_chunk(std::string& out, std::string_view content);

/// Appends the chunk that ends a chunked body.
void append_last_chunk(std::string& out);

}  // namespace flux::transport
