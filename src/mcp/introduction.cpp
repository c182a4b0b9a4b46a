#include "mcp/introduction.hpp"

#include <algorithm>

#include "json/writer.hpp"

namespace flux::mcp {

namespace {

void write_resources(json::Writer& writer, const Catalog& catalog) {
    const auto watched = [](const Resource& resource) { return static_cast<bool>(resource.watch); };
    writer.key("resources").object();
    if (std::any_of(catalog.resources.begin(), catalog.resources.end(), watched)) {
        writer.key("subscribe").boolean(true);
    }
    writer.key("listChanged").boolean(catalog.resources_changed != nullptr);
    writer.end_object();
}

bool has_task(const Catalog& catalog) {
    return std::any_of(catalog.tools.begin(), catalog.tools.end(),
                       [](const Tool& tool) { return tool.task != TaskUse::never; });
}

bool completes_something(const Catalog& catalog) {
    const auto in_resource = [](const Resource& resource) { return !resource.completers.empty(); };
    const auto in_argument = [](const PromptArgument& argument) { return static_cast<bool>(argument.complete); };
    const auto in_prompt = [&](const Prompt& prompt) {
        return std::any_of(prompt.arguments.begin(), prompt.arguments.end(), in_argument);
    };
    return std::any_of(catalog.resources.begin(), catalog.resources.end(), in_resource) ||
           std::any_of(catalog.prompts.begin(), catalog.prompts.end(), in_prompt);
}

}  // namespace

Introduction::Introduction(const ServerOptions& options, const Catalog& catalog)
    : has_tasks{has_task(catalog)}, completes{completes_something(catalog)} {
    json::Writer writer{server_info};
    writer.object().key("name").string(options.name);
    if (!options.title.empty()) writer.key("title").string(options.title);
    writer.key("version").string(options.version).end_object();
    if (!options.instructions.empty()) json::append_string(instructions, options.instructions);

    json::Writer has{capabilities};
    const auto list_changed = [&](std::string_view what, const auto& changes) {
        has.key(what).object().key("listChanged").boolean(changes != nullptr).end_object();
    };
    if (!catalog.tools.empty()) list_changed("tools", catalog.tools_changed);
    if (!catalog.resources.empty()) write_resources(has, catalog);
    if (!catalog.prompts.empty()) list_changed("prompts", catalog.prompts_changed);
    if (completes) has.key("completions").object().end_object();
}

}  // namespace flux::mcp
