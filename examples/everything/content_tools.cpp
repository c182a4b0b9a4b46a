#include "content_tools.hpp"

#include <functional>
#include <string>
#include <utility>

#include "base/base64.hpp"
#include "json/writer.hpp"

namespace flux::everything {

namespace {

using mcp::Call;
using mcp::Content;
using mcp::Outcome;
using mcp::Tool;

constexpr const char* no_arguments = R"({"type":"object","additionalProperties":false})";

Tool quick(std::string name, std::string description, std::function<Outcome(json::Arguments, Call&)> answer) {
    Tool tool;
    tool.name = std::move(name);
    tool.description = std::move(description);
    tool.input_schema = no_arguments;
    tool.annotations = {.read_only = true, .destructive = false, .idempotent = true, .open_world = false};
    tool.answer = std::move(answer);
    return tool;
}

Outcome with(Content content) {
    Outcome outcome;
    outcome.content.push_back(std::move(content));
    return outcome;
}

Outcome refused(std::string_view text) {
    auto outcome = with(Content::text(text));
    outcome.is_error = true;
    return outcome;
}

Outcome echo(const json::Arguments& arguments, Call&) {
    const auto branch = arguments.text("branch");
    if (!branch) return refused(branch.error().message);
    const auto payload = arguments.optional_object("payload");
    if (!payload) return refused(payload.error().message);
    std::string text;
    text.reserve(branch->size() + payload->text().size() + 32);
    json::Writer writer{text};
    writer.object().key("branch").string(*branch);
    if (*payload) writer.key("payload").raw(payload->text());
    writer.end_object();
    return with(Content::text(text));
}

Tool echo_tool() {
    auto tool = quick("echo", "Answers its arguments.", echo);
    tool.input_schema = R"({"type":"object","properties":{"branch":{"type":"string"},"payload":{"type":"object"}},)"
                        R"("required":["branch"]})";
    return tool;
}

Outcome many_kinds(const json::Arguments&, Call&) {
    auto outcome = with(Content::text("Multiple content types test:"));
    outcome.content.push_back(Content::image(one_red_pixel(), "image/png"));
    outcome.content.push_back(
        Content::resource("test://mixed-content-resource", "application/json", R"({"test":"data","value":123})"));
    return outcome;
}

Outcome in_a_header(const json::Arguments& arguments, Call&) {
    const auto region = arguments.optional_text("region");
    if (!region) return refused(region.error().message);
    return with(Content::text("The region is " + region->value_or("not given") + "."));
}

Tool header_tool() {
    auto tool = quick("test_header_argument", "Takes an argument that clients repeat in a header.", in_a_header);
    tool.input_schema = R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},)"
                        R"("priority":{"type":"integer","x-mcp-header":"Priority"},)"
                        R"("verbose":{"type":"boolean","x-mcp-header":"Verbose"}}})";
    return tool;
}

/// A schema with what JSON Schema 2020-12 has beyond the usual: clients have to get it as it is.
constexpr const char* rich_schema = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "$defs": {
    "address": {
      "$anchor": "addressDef",
      "type": "object",
      "properties": { "street": { "type": "string" }, "city": { "type": "string" } }
    }
  },
  "properties": {
    "name": { "type": "string" },
    "address": { "$ref": "#/$defs/address" },
    "contactMethod": { "type": "string", "enum": ["phone", "email"] },
    "phone": { "type": "string" },
    "email": { "type": "string" }
  },
  "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
  "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
  "then": { "required": ["phone"] },
  "else": { "required": ["email"] },
  "additionalProperties": false
})";

}  // namespace

std::string_view one_red_pixel() {
    static const auto bytes = *from_base64(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==");
    return bytes;
}

std::string_view a_moment_of_silence() {
    static const auto bytes = *from_base64("UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=");
    return bytes;
}

void add_content_tools(mcp::Catalog& catalog) {
    auto& tools = catalog.tools;
    tools.push_back(echo_tool());
    tools.push_back(quick("test_simple_text", "Answers a text.", [](json::Arguments, Call&) {
        return with(Content::text("This is a simple text response for testing."));
    }));
    tools.push_back(quick("test_image_content", "Answers a picture.",
                          [](json::Arguments, Call&) { return with(Content::image(one_red_pixel(), "image/png")); }));
    tools.push_back(quick("test_audio_content", "Answers a sound.", [](json::Arguments, Call&) {
        return with(Content::audio(a_moment_of_silence(), "audio/wav"));
    }));
    tools.push_back(quick("test_embedded_resource", "Answers a resource.", [](json::Arguments, Call&) {
        return with(
            Content::resource("test://embedded-resource", "text/plain", "This is an embedded resource content."));
    }));
    tools.push_back(quick("test_multiple_content_types", "Answers several kinds of content.", many_kinds));
    tools.push_back(quick("test_error_handling", "Fails.", [](json::Arguments, Call&) {
        return refused("This tool intentionally returns an error for testing");
    }));
    tools.push_back(header_tool());
    auto rich = quick("json_schema_2020_12_tool", "Has a rich input schema.",
                      [](json::Arguments, Call&) { return with(Content::text("The schema was rich enough.")); });
    rich.input_schema = rich_schema;
    tools.push_back(std::move(rich));
}

}  // namespace flux::everything
