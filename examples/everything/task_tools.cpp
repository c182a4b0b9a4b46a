#include "task_tools.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "async/timer.hpp"
#include "json/raw.hpp"

namespace flux::everything {

namespace {

using mcp::Call;
using mcp::Content;
using mcp::InputNeeded;
using mcp::InputRequest;
using mcp::Outcome;
using mcp::TaskUse;
using mcp::Tool;
using namespace std::chrono_literals;

Outcome said(std::string_view text) {
    Outcome outcome;
    outcome.content.push_back(Content::text(text));
    return outcome;
}

Outcome refused(std::string_view text) {
    auto outcome = said(text);
    outcome.is_error = true;
    return outcome;
}

InputRequest form(std::string key, std::string params) {
    return {std::move(key), InputRequest::Kind::elicitation, std::move(params)};
}

constexpr const char* confirmation =
    R"({"message":"Delete it?","requestedSchema":{"type":"object","properties":{"confirm":{"type":"boolean"}},)"
    R"("required":["confirm"]}})";
constexpr const char* name_form =
    R"({"message":"What is your name?","requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},)"
    R"("required":["name"]}})";

async::Task<Outcome> compute(json::Arguments arguments) {
    const auto seconds = arguments.optional_integer("seconds", 0, 600);
    if (!seconds) co_return refused(seconds.error().message);
    auto pause = async::sleep_for(std::chrono::seconds{seconds->value_or(0)});
    co_await std::move(pause);
    co_return said("Computed for " + std::to_string(seconds->value_or(0)) + " s.");
}

async::Task<Outcome> fail_after_a_while() {
    auto pause = async::sleep_for(1s);
    co_await std::move(pause);
    co_return refused("The job failed, as it always does.");
}

async::Task<Outcome> break_down() {
    auto pause = async::sleep_for(50ms);
    co_await std::move(pause);
    throw std::runtime_error{"the job breaks, as it always does"};
}

Outcome confirm_delete(json::Arguments, Call& call) {
    const auto* input = call.input("confirm");
    if (input == nullptr) {
        Outcome outcome;
        outcome.needs = InputNeeded{{form("confirm", confirmation)}, {}};
        return outcome;
    }
    const bool confirmed = json::Raw{*input}.member("content").member("confirm").text() == "true";
    return said(confirmed ? "It is deleted." : "It stays.");
}

Outcome ask_two_things(json::Arguments, Call& call) {
    if (call.input("first") == nullptr || call.input("second") == nullptr) {
        Outcome outcome;
        outcome.needs = InputNeeded{{form("first", name_form), form("second", confirmation)}, {}};
        return outcome;
    }
    return said("Both questions were answered.");
}

std::string user_name(const Call& call) {
    const auto* input = call.input("user_name");
    return input == nullptr ? "" : json::Raw{*input}.member("content").member("name").string().value_or("");
}

std::optional<InputNeeded> ask_name_first(json::Arguments, Call& call) {
    if (!user_name(call).empty()) return {};
    return InputNeeded{{form("user_name", name_form)}, {}};
}

Tool tool(std::string name, std::string description, TaskUse task) {
    Tool tool;
    tool.name = std::move(name);
    tool.description = std::move(description);
    tool.input_schema = R"({"type":"object"})";
    tool.task = task;
    return tool;
}

}  // namespace

void add_task_tools(mcp::Catalog& catalog) {
    auto greet = tool("greet", "Greets at once.", TaskUse::never);
    greet.input_schema = R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})";
    greet.answer = [](json::Arguments arguments, Call&) {
        const auto name = arguments.text("name");
        return name ? said("Hello, " + *name + "!") : refused(name.error().message);
    };
    auto slow = tool("slow_compute", "Takes as long as it is told to.", TaskUse::offered);
    slow.input_schema = R"({"type":"object","properties":{"seconds":{"type":"integer","minimum":0,"maximum":600},)"
                        R"("label":{"type":"string"}}})";
    slow.run = [](json::Arguments arguments, std::shared_ptr<Call>) { return compute(std::move(arguments)); };
    auto failing = tool("failing_job", "Fails after a second.", TaskUse::required);
    failing.run = [](json::Arguments, std::shared_ptr<Call>) { return fail_after_a_while(); };
    auto breaking = tool("protocol_error_job", "Breaks.", TaskUse::offered);
    breaking.run = [](json::Arguments, std::shared_ptr<Call>) { return break_down(); };
    auto confirming = tool("confirm_delete", "Asks before it deletes.", TaskUse::offered);
    confirming.asks = true;
    confirming.answer = confirm_delete;
    auto two = tool("multi_input", "Asks two things at once.", TaskUse::offered);
    two.asks = true;
    two.answer = ask_two_things;
    auto composed = tool("test_tool_with_task", "Asks first, and becomes a task then.", TaskUse::required);
    composed.asks = true;
    composed.before_task = ask_name_first;
    composed.answer = [](json::Arguments, Call& call) { return said("The task was for " + user_name(call) + "."); };
    for (auto* each : {&greet, &slow, &failing, &breaking, &confirming, &two, &composed}) {
        catalog.tools.push_back(std::move(*each));
    }
}

}  // namespace flux::everything
