#include "mcp/content.hpp"

#include "json/writer.hpp"

namespace flux::mcp {

Content Content::text(std::string_view text) {
    Content content;
    json::Writer{content.json}.object().key("type").string("text").key("text").string(text).end_object();
    return content;
}

}  // namespace flux::mcp
