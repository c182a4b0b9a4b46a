#include "mcp/prompts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "json/writer.hpp"
#include "mcp/outcome_json.hpp"

namespace flux::mcp {

namespace {

std::vector<std::shared_ptr<const Prompt>> shared(std::vector<Prompt> prompts) {
    std::vector<std::shared_ptr<const Prompt>> out;
    for (auto& prompt : prompts) {
        if (!prompt.get) throw std::invalid_argument{"prompt " + prompt.name + " needs a `get`"};
        const auto same = [&](const auto& other) { return other->name == prompt.name; };
        if (std::any_of(out.begin(), out.end(), same)) {
            throw std::invalid_argument{"there are two prompts named " + prompt.name};
        }
        out.push_back(std::make_shared<const Prompt>(std::move(prompt)));
    }
    return out;
}

PagedList listed(const std::vector<std::shared_ptr<const Prompt>>& prompts, std::size_t page_size) {
    std::vector<PagedList::Entry> entries;
    for (const auto& prompt : prompts) {
        PagedList::Entry entry{prompt->name, {}};
        json::Writer writer{entry.json};
        writer.object().key("name").string(prompt->name);
        if (!prompt->title.empty()) writer.key("title").string(prompt->title);
        writer.key("description").string(prompt->description);
        if (!prompt->arguments.empty()) {
            writer.key("arguments").array();
            for (const auto& argument : prompt->arguments) {
                writer.object().key("name").string(argument.name);
                if (!argument.description.empty()) writer.key("description").string(argument.description);
                writer.key("required").boolean(argument.required).end_object();
            }
            writer.end_array();
        }
        writer.end_object();
        entries.push_back(std::move(entry));
    }
    return {"prompts", std::move(entries), page_size};
}

/// The arguments of `prompt` among those that were given.
tl::expected<NamedTexts, WireError> read_arguments(const Prompt& prompt, json::Raw given) {
    NamedTexts texts;
    for (const auto& argument : prompt.arguments) {
        const auto value = given.member(argument.name);
        if (value.absent() || value.is(json::Kind::null)) {
            if (!argument.required) continue;
            return tl::unexpected{
                invalid_params(fmt::format("The prompt `{}` needs the argument `{}`.", prompt.name, argument.name))};
        }
        auto text = value.string();
        if (!text) {
            return tl::unexpected{invalid_params(fmt::format("The argument `{}` has to be a string.", argument.name))};
        }
        texts.set(argument.name, *std::move(text));
    }
    return texts;
}

Answer written(const PromptText& text, const RequestScope& scope) {
    Answer answer;
    json::Writer writer{answer.members};
    if (!text.description.empty()) writer.key("description").string(text.description);
    writer.key("messages").array();
    for (const auto& message : text.messages) {
        const bool of_user = message.role == PromptMessage::Role::user;
        writer.object().key("role").string(of_user ? "user" : "assistant").key("content");
        write_content(writer, scope, message.content);
        writer.end_object();
    }
    writer.end_array();
    return answer;
}

async::Task<Answered> fill_in(std::shared_ptr<const Prompt> prompt, NamedTexts arguments, RequestScope scope,
                              std::shared_ptr<Call> call) {
    const auto text = co_await prompt->get(std::move(arguments), std::move(call));
    if (!text) co_return tl::unexpected{wire_error(text.error())};
    if (text->needs) co_return asking(*text->needs);
    co_return written(*text, scope);
}

}  // namespace

Prompts::Prompts(std::vector<Prompt> prompts, const ServerOptions& options, const CallRules& rules)
    : prompts_{shared(std::move(prompts))}, list_{listed(prompts_, options.page_size)}, rules_{rules} {}

std::shared_ptr<RunningCall> Prompts::get(const Request& request, CallSite site) const {
    const auto wanted = request.params.member("name").string();
    if (!wanted) {
        site.reply.fail(request.id, invalid_params("`params.name` has to name a prompt."));
        return nullptr;
    }
    const auto prompt = find(*wanted);
    if (!prompt) {
        site.reply.fail(request.id, unknown(*wanted));
        return nullptr;
    }
    auto arguments = read_arguments(*prompt, request.params.member("arguments"));
    if (!arguments) {
        site.reply.fail(request.id, arguments.error());
        return nullptr;
    }
    const auto& params = request.params;
    if (const auto error = read_round(site, request_digest(request.method, params), params.member("inputResponses"),
                                      params.member("requestState"), rules_)) {
        site.reply.fail(request.id, *error);
        return nullptr;
    }
    auto make = [prompt, given = *std::move(arguments), scope = site.scope](std::shared_ptr<Call> call) {
        return fill_in(prompt, given, scope, std::move(call));
    };
    return start_call(request, prompt->name, std::move(site), rules_, std::move(make));
}

tl::expected<Completer, WireError> Prompts::completer(std::string_view name, std::string_view argument) const {
    const auto prompt = find(name);
    if (!prompt) return tl::unexpected{unknown(name)};
    for (const auto& known : prompt->arguments) {
        if (known.name == argument) return known.complete;
    }
    return tl::unexpected{
        invalid_params(fmt::format("The prompt `{}` has no argument `{}`.", prompt->name, shortened(argument, 80)))};
}

Prompts::Shared Prompts::find(std::string_view name) const {
    const auto found =
        std::find_if(prompts_.begin(), prompts_.end(), [&](const Shared& prompt) { return prompt->name == name; });
    return found == prompts_.end() ? nullptr : *found;
}

WireError Prompts::unknown(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& prompt : prompts_) names.push_back(prompt->name);
    auto message = fmt::format("There is no prompt `{}`.", shortened(name, 80));
    if (const auto near = nearest(name, names, 1); !near.empty()) {
        message += fmt::format(" Did you mean `{}`?", near[0]);
    }
    return invalid_params(message);
}

}  // namespace flux::mcp
