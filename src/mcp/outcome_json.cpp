#include "mcp/outcome_json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "json/raw.hpp"

namespace flux::mcp {

namespace {

/// What is left of a link where there are no links: its name and where it leads.
std::string link_as_text(const json::Raw& link) {
    const auto title = link.member("title").string();
    const auto name = title ? title : link.member("name").string();
    const auto uri = link.member("uri").string().value_or("");
    return name ? fmt::format("{}: {}", *name, uri) : uri;
}

}  // namespace

void write_content(json::Writer& writer, const RequestScope& scope, const Content& content) {
    if (content.kind == Content::Kind::resource_link && !scope.resource_links()) {
        writer.raw(Content::text(link_as_text(json::Raw{content.json})).json);
        return;
    }
    if (content.kind == Content::Kind::audio && !scope.audio()) {
        const auto type = json::Raw{content.json}.member("mimeType").string().value_or("audio");
        writer.raw(Content::text(fmt::format("(There is audio here, {}.)", type)).json);
        return;
    }
    writer.raw(content.json);
}

void write_outcome(std::string& out, const Id& id, const RequestScope& scope, const Outcome& outcome) {
    const auto begin = out.size();
    json::Writer writer{out};
    writer.object().key("jsonrpc").string("2.0").key("id").raw(id.json);
    writer.key("result").object().key("content").array();
    for (const auto& content : outcome.content) write_content(writer, scope, content);
    writer.end_array();
    if (!outcome.structured.empty()) writer.key("structuredContent").raw(outcome.structured);
    if (outcome.is_error) writer.key("isError").boolean(true);
    if (!scope.result_marks.empty()) writer.raw(scope.result_marks);
    writer.end_object().end_object();

    // Inside strings line ends are escaped; those that are left stand between the parts.
    const auto line_end = [](char c) { return c == '\n' || c == '\r'; };
    std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), line_end, ' ');
}

}  // namespace flux::mcp
