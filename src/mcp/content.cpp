#include "mcp/content.hpp"

#include "base/base64.hpp"
#include "json/writer.hpp"

namespace flux::mcp {

namespace {

std::string in_base64(std::string_view type, std::string_view bytes, std::string_view mime_type) {
    std::string out;
    json::Writer writer{out};
    writer.object().key("type").string(type).key("data").string(to_base64(bytes));
    writer.key("mimeType").string(mime_type).end_object();
    return out;
}

}  // namespace

Content Content::text(std::string_view text) {
    constexpr std::string_view before = R"({"type":"text","text":)";
    Content content;
    // Quotes inside and the ends: most texts fit at once.
    content.json.reserve(before.size() + text.size() + text.size() / 8 + 16);
    content.json += before;
    json::append_string(content.json, text);
    content.json += '}';
    return content;
}

Content Content::image(std::string_view bytes, std::string_view mime_type) {
    return {Kind::image, in_base64("image", bytes, mime_type)};
}

Content Content::audio(std::string_view bytes, std::string_view mime_type) {
    return {Kind::audio, in_base64("audio", bytes, mime_type)};
}

Content Content::resource(std::string_view uri, std::string_view mime_type, std::string_view text) {
    Content content{Kind::resource, {}};
    json::Writer writer{content.json};
    writer.object().key("type").string("resource").key("resource").object();
    writer.key("uri").string(uri).key("mimeType").string(mime_type).key("text").string(text);
    writer.end_object().end_object();
    return content;
}

}  // namespace flux::mcp
