#include "mcp/introduction.hpp"

#include "json/writer.hpp"

namespace flux::mcp {

Introduction::Introduction(const ServerOptions& options) {
    json::Writer writer{server_info};
    writer.object().key("name").string(options.name);
    if (!options.title.empty()) writer.key("title").string(options.title);
    writer.key("version").string(options.version).end_object();
    if (!options.instructions.empty()) json::append_string(instructions, options.instructions);
}

}  // namespace flux::mcp
