#pragma once

#include <string>

#include "json/writer.hpp"
#include "mcp/message.hpp"
#include "mcp/request_scope.hpp"
#include "mcp/tool.hpp"

namespace flux::mcp {

/// Writes a content block; one that the request's revision doesn't know becomes text.
void write_content(json::Writer& writer, const RequestScope& scope, const Content& content);

/// Appends `outcome` as the response to `id`, in the shape of the request's revision: content blocks that it doesn't
/// know become text. The message is on one line, whatever blanks the tool's JSON holds.
void write_outcome(std::string& out, const Id& id, const RequestScope& scope, const Outcome& outcome);

}  // namespace flux::mcp
