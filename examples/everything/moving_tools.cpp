#include "moving_tools.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "async/timer.hpp"

namespace flux::everything {

namespace {

using mcp::Call;
using mcp::Content;
using mcp::Outcome;
using mcp::Tool;
using namespace std::chrono_literals;

constexpr const char* no_arguments = R"({"type":"object","additionalProperties":false})";

using Work = std::function<async::Task<Outcome>(json::Arguments, std::shared_ptr<Call>)>;

Tool slow(std::string name, std::string description, Work run) {
    Tool tool;
    tool.name = std::move(name);
    tool.description = std::move(description);
    tool.input_schema = no_arguments;
    tool.annotations = {.read_only = true, .destructive = false, .idempotent = true, .open_world = false};
    tool.run = std::move(run);
    return tool;
}

Outcome said(std::string_view text) {
    Outcome outcome;
    outcome.content.push_back(Content::text(text));
    return outcome;
}

async::Task<Outcome> with_log(std::shared_ptr<Call> call) {
    for (const auto* what :
         {R"("Tool execution started")", R"("Tool processing data")", R"("Tool execution completed")"}) {
        call->log(mcp::LogLevel::info, "everything", what);
        auto pause = async::sleep_for(50ms);
        co_await std::move(pause);
    }
    co_return said("Tool with logging executed successfully");
}

async::Task<Outcome> with_progress(std::shared_ptr<Call> call) {
    for (const int done : {0, 50, 100}) {
        call->progress(done, 100, "Completed step " + std::to_string(done) + " of 100");
        // Longer than the server's own pause between two notices.
        auto pause = async::sleep_for(110ms);
        co_await std::move(pause);
    }
    co_return said("Tool with progress executed successfully");
}

async::Task<Outcome> picked_up_again(std::shared_ptr<Call> call) {
    call->let_poll();
    auto pause = async::sleep_for(100ms);
    co_await std::move(pause);
    co_return said("Reconnection test completed successfully. If you received this, the client properly reconnected.");
}

/// Says that a list has changed, as if something had been added that can be taken away again.
Tool trigger(std::string name, std::string description, std::shared_ptr<async::Changes> changes) {
    Tool tool;
    tool.name = std::move(name);
    tool.description = std::move(description);
    tool.input_schema = no_arguments;
    tool.answer = [changes = std::move(changes)](json::Arguments, Call&) {
        changes->bump();
        return said("Everybody who listens has been told.");
    };
    return tool;
}

}  // namespace

void add_moving_tools(mcp::Catalog& catalog) {
    auto& tools = catalog.tools;
    const auto log = [](json::Arguments, std::shared_ptr<Call> call) { return with_log(std::move(call)); };
    tools.push_back(slow("test_tool_with_logging", "Says on the log what it does.", log));
    tools.push_back(slow("test_logging_tool", "Says on the log what it does.", log));
    tools.push_back(slow("test_tool_with_progress", "Tells how far it is.",
                         [](json::Arguments, std::shared_ptr<Call> call) { return with_progress(std::move(call)); }));
    tools.push_back(slow("test_reconnection", "Has its client come back for the answer.",
                         [](json::Arguments, std::shared_ptr<Call> call) { return picked_up_again(std::move(call)); }));

    catalog.tools_changed = std::make_shared<async::Changes>();
    catalog.prompts_changed = std::make_shared<async::Changes>();
    catalog.resources_changed = std::make_shared<async::Changes>();
    tools.push_back(trigger("test_trigger_tool_change", "Has the list of tools change.", catalog.tools_changed));
    tools.push_back(trigger("test_trigger_prompt_change", "Has the list of prompts change.", catalog.prompts_changed));
    tools.push_back(
        trigger("test_trigger_resource_change", "Has the list of resources change.", catalog.resources_changed));
}

}  // namespace flux::everything
