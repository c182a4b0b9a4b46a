#include "mcp/tool_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/text.hpp"
#include "json/compact.hpp"
#include "json/writer.hpp"

namespace flux::mcp {

namespace {

std::string safe_name(std::string name) {
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

/// What a quick tool is given: it is over before anything could happen to it.
class QuickCall final : public Call {
public:
    QuickCall(CallSite& site, const CallRules& rules)
        : site_{site}, limit_{rules.limit}, progress_{site.scope, rules.clock, rules.progress_interval} {}

    const admission::Visitor& visitor() const override { return site_.visitor; }
    /// From when it is asked for: it has only just begun, and hardly a quick tool asks.
    std::chrono::steady_clock::time_point deadline() const override {
        return std::chrono::steady_clock::now() + limit_;
    }
    void progress(double done, std::optional<double> total, std::string_view message) override {
        progress_.tell(site_.reply, done, total, message);
    }
    void log(LogLevel level, std::string_view logger, std::string_view data) override {
        tell_log(site_.reply, site_.scope, level, logger, data);
    }
    ClientAbilities client() const override { return site_.scope.client; }
    const std::string* input(std::string_view key) const override { return site_.round.input(key); }
    std::string_view state() const override { return site_.round.state; }

private:
    CallSite& site_;
    std::chrono::milliseconds limit_;
    Progress progress_;
};

async::Task<Outcome> once_more(const Tool& tool, json::Arguments arguments, std::shared_ptr<Call> call) {
    co_return tool.answer(std::move(arguments), *call);
}

Outcome refused(std::string_view text) {
    Outcome outcome;
    outcome.content.push_back(Content::text(text));
    outcome.is_error = true;
    return outcome;
}

/// Without what hosts assume anyway: every client pays for the list in tokens. Of a tool that only reads the schema
/// gives the hints about writing no meaning, and a world that isn't closed is its default.
void write_annotations(json::Writer& writer, const Annotations& annotations) {
    writer.object().key("readOnlyHint").boolean(annotations.read_only);
    if (!annotations.read_only) {
        writer.key("destructiveHint").boolean(annotations.destructive);
        writer.key("idempotentHint").boolean(annotations.idempotent);
    }
    if (!annotations.open_world) writer.key("openWorldHint").boolean(false);
    writer.end_object();
}

}  // namespace

PagedList ToolCalls::listed(const std::vector<Entry>& tools, NameStyle style, std::size_t page_size) {
    std::vector<PagedList::Entry> entries;
    for (const auto& [tool, headers] : tools) {
        PagedList::Entry entry{tool.name, {}};
        json::Writer writer{entry.json};
        writer.object().key("name").string(style == NameStyle::safe ? safe_name(tool.name) : tool.name);
        if (!tool.title.empty()) writer.key("title").string(tool.title);
        writer.key("description").string(tool.description);
        writer.key("inputSchema").raw(json::compact(tool.input_schema));
        if (!tool.output_schema.empty()) writer.key("outputSchema").raw(json::compact(tool.output_schema));
        writer.key("annotations");
        write_annotations(writer, tool.annotations);
        writer.end_object();
        entries.push_back(std::move(entry));
    }
    return {"tools", std::move(entries), page_size};
}

std::vector<ToolCalls::Entry> ToolCalls::entries(std::vector<Tool> tools) {
    std::vector<Entry> out;
    for (auto& tool : tools) {
        ParamHeaders headers{tool.input_schema};
        out.push_back({std::move(tool), std::move(headers)});
    }
    return out;
}

ToolCalls::ToolCalls(std::vector<Tool> tools, const ServerOptions& options, const CallRules& rules,
                     std::shared_ptr<Tasks> tasks)
    : tools_{entries(std::move(tools))},
      dotted_{listed(tools_, NameStyle::dotted, options.page_size)},
      safe_{listed(tools_, NameStyle::safe, options.page_size)},
      max_arguments_bytes_{options.max_arguments_bytes},
      rules_{rules},
      tasks_{std::move(tasks)} {
    for (const auto& entry : tools_) {
        const auto& tool = entry.tool;
        if (static_cast<bool>(tool.answer) == static_cast<bool>(tool.run)) {
            throw std::invalid_argument{"tool " + tool.name + " needs exactly one of `answer` and `run`"};
        }
        if (tool.task == TaskUse::for_rest && !tool.run) {
            throw std::invalid_argument{"tool " + tool.name + " can't leave a rest without `run`"};
        }
        const auto safe = safe_name(tool.name);
        const bool fresh = by_name_.emplace(tool.name, &entry).second;
        if (!fresh || (safe != tool.name && !by_name_.emplace(safe, &entry).second)) {
            throw std::invalid_argument{"there are two tools named " + tool.name};
        }
    }
}

std::shared_ptr<RunningCall> ToolCalls::call(const Request& request, CallSite&& site) const {
    json::Raw name;
    json::Raw given;
    json::Raw responses;
    json::Raw state;
    for (json::Members member{request.params}; member.next();) {
        if (member.name() == "name") name = member.value();
        if (member.name() == "arguments") given = member.value();
        if (member.name() == "inputResponses") responses = member.value();
        if (member.name() == "requestState") state = member.value();
    }
    const auto wanted = name.string();
    if (!wanted) {
        site.reply.fail(request.id, invalid_params("`params.name` has to name a tool."));
        return nullptr;
    }
    const auto entry = by_name_.find(*wanted);
    if (entry == by_name_.end()) {
        site.reply.fail(request.id, unknown(*wanted));
        return nullptr;
    }
    const auto& [tool, headers] = *entry->second;
    if (given.is(json::Kind::null)) given = {};
    if (site.headers && !headers.empty()) {
        if (const auto error = headers.check(given, *site.headers)) {
            site.reply.fail(request.id, *error);
            return nullptr;
        }
    }
    if (tool.asks) {
        auto digest = request_digest(request.method, request.params);
        if (const auto error = read_round(site, std::move(digest), responses, state, rules_)) {
            site.reply.fail(request.id, *error);
            return nullptr;
        }
    }
    if (given.text().size() > max_arguments_bytes_) {
        answer(site.reply, request.id, site.scope,
               refused(fmt::format("The arguments have {} bytes, and {} are allowed. Pass less, or a reference to it. "
                                   "[too_large]",
                                   given.text().size(), max_arguments_bytes_)));
        return nullptr;
    }
    auto arguments = json::Arguments::of(given);
    if (!arguments) {
        answer(site.reply, request.id, site.scope, refused(arguments.error().message + " [invalid_argument]"));
        return nullptr;
    }
    if (site.scope.listens && site.scope.client.tasks) {
        if (tool.task == TaskUse::for_rest) site.tasks = tasks_;
        if (tool.task == TaskUse::offered || tool.task == TaskUse::required) {
            return begin_task(tool, request, *std::move(arguments), site);
        }
    } else if (tool.task == TaskUse::required) {
        site.reply.fail(request.id, tasks_not_declared(site.scope));
        return nullptr;
    }
    if (tool.run) return start(tool, request, *std::move(arguments), std::move(site));
    return answer_at_once(tool, request, *std::move(arguments), site);
}

std::shared_ptr<RunningCall> ToolCalls::answer_at_once(const Tool& tool, const Request& request,
                                                       json::Arguments arguments, CallSite& site) const {
    // Only a tool that asks is called again.
    std::optional<json::Arguments> kept;
    if (tool.asks) kept = arguments.owned();
    std::optional<InputNeeded> needs;
    try {
        QuickCall call{site, rules_};
        auto outcome = tool.answer(std::move(arguments), call);
        if (!outcome.needs) {
            answer(site.reply, request.id, site.scope, outcome);
            return nullptr;
        }
        needs = std::move(outcome.needs);
    } catch (...) {
        site.reply.fail(request.id, broken(tool.name, std::current_exception()));
        return nullptr;
    }
    // Asking takes its time, so from here on this is a call like those that wait.
    auto make = [&tool, arguments = kept.value_or(json::Arguments{})](std::shared_ptr<Call> call) {
        return once_more(tool, arguments, std::move(call));
    };
    const auto call = new_call(request, tool.name, std::move(site), rules_, std::move(make));
    if (call) call->ask(*std::move(needs));
    return call;
}

std::shared_ptr<RunningCall> ToolCalls::begin_task(const Tool& tool, const Request& request, json::Arguments arguments,
                                                   CallSite& site) const {
    auto make = [&tool, arguments = arguments.owned()](std::shared_ptr<Call> call) {
        return tool.run ? tool.run(arguments, std::move(call)) : once_more(tool, arguments, std::move(call));
    };
    if (tool.before_task) {
        QuickCall call{site, rules_};
        if (auto needs = tool.before_task(arguments, call)) {
            const auto asking = new_call(request, tool.name, std::move(site), rules_, std::move(make));
            if (asking) asking->ask(*std::move(needs));
            return asking;
        }
    }
    const Rest all{{}, std::move(make)};
    auto created = tasks_->begin(request.id, tool.name, site, rules_, all);
    if (!created) {
        site.reply.fail(request.id, wire_error({Errc::unavailable, "There are too many tasks. Wait for some of them.",
                                                "too_many_tasks"}));
        return nullptr;
    }
    answer(site.reply, request.id, site.scope, Answered{*std::move(created)});
    return nullptr;
}

std::shared_ptr<RunningCall> ToolCalls::start(const Tool& tool, const Request& request, json::Arguments arguments,
                                              CallSite site) const {
    auto make = [&tool, arguments = arguments.owned()](std::shared_ptr<Call> call) {
        return tool.run(arguments, std::move(call));
    };
    return start_call(request, tool.name, std::move(site), rules_, std::move(make));
}

WireError ToolCalls::unknown(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& entry : tools_) names.push_back(entry.tool.name);
    auto message = fmt::format("There is no tool `{}`.", shortened(name, 80));
    if (const auto near = nearest(name, names, 1); !near.empty())
        message += fmt::format(" Did you mean `{}`?", near[0]);
    return invalid_params(message);
}

}  // namespace flux::mcp
