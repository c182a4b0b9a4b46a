#include "mcp/outcome_json.hpp"

#include <fmt/format.h>

#include "json/raw.hpp"
#include "mcp/one_line.hpp"

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
    out += R"({"jsonrpc":"2.0","id":)";
    out += id.json;
    out += R"(,"result":{"content":[)";
    json::Writer contents{out};
    for (const auto& content : outcome.content) write_content(contents, scope, content);
    out += ']';
    if (!outcome.structured.empty()) {
        out += R"(,"structuredContent":)";
        out += outcome.structured;
    }
    if (outcome.is_error) out += R"(,"isError":true)";
    if (!scope.result_marks.empty()) {
        out += ',';
        out += scope.result_marks;
    }
    out += "}}";
    make_one_line(out, begin);
}

}  // namespace flux::mcp
