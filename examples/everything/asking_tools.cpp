#include "asking_tools.hpp"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "json/raw.hpp"
#include "json/writer.hpp"

namespace flux::everything {

namespace {

using mcp::Call;
using mcp::Content;
using mcp::InputNeeded;
using mcp::InputRequest;
using mcp::Outcome;
using mcp::Tool;
using Kind = mcp::InputRequest::Kind;
using Answer = std::function<Outcome(json::Arguments, Call&)>;

constexpr const char* no_arguments = R"({"type":"object","additionalProperties":false})";

Tool asking(std::string name, std::string description, Answer answer) {
    Tool tool;
    tool.name = std::move(name);
    tool.description = std::move(description);
    tool.input_schema = no_arguments;
    tool.asks = true;
    tool.answer = std::move(answer);
    return tool;
}

Outcome said(std::string_view text) {
    Outcome outcome;
    outcome.content.push_back(Content::text(text));
    return outcome;
}

Outcome needs(std::vector<InputRequest> requests, std::string state = {}) {
    Outcome outcome;
    outcome.needs = InputNeeded{std::move(requests), std::move(state)};
    return outcome;
}

/// A form with one field.
InputRequest form(std::string key, std::string_view message, std::string_view field, std::string_view type = "string") {
    return {std::move(key), Kind::elicitation,
            fmt::format(R"({{"message":"{}","requestedSchema":{{"type":"object","properties":{{"{}":{{"type":"{}"}}}},)"
                        R"("required":["{}"]}}}})",
                        message, field, type, field)};
}

InputRequest question_to_model(std::string key, std::string_view text) {
    std::string params;
    json::Writer writer{params};
    writer.object().key("messages").array().object().key("role").string("user").key("content").object();
    writer.key("type").string("text").key("text").string(text).end_object().end_object().end_array();
    writer.key("maxTokens").integer(100).end_object();
    return {std::move(key), Kind::sampling, std::move(params)};
}

InputRequest roots(std::string key) { return {std::move(key), Kind::roots, "{}"}; }

/// A field of a form that was filled in; nothing if there is no such answer (yet).
std::optional<std::string> field_of(const Call& call, std::string_view key, std::string_view field) {
    const auto* input = call.input(key);
    if (input == nullptr || json::Raw{*input}.member("action").string() != "accept") return {};
    return json::Raw{*input}.member("content").member(field).string();
}

/// Whether the user did what the form asked, or said that they won't.
bool answered(const Call& call, std::string_view key) {
    const auto* input = call.input(key);
    return input != nullptr && json::Raw{*input}.member("action").string().has_value();
}

std::string model_text(const std::string& result) {
    return json::Raw{result}.member("content").member("text").string().value_or("nothing");
}

/// Puts `schema` before the user and repeats what came back.
Tool form_tool(std::string name, std::string description, std::string message, std::string schema) {
    return asking(std::move(name), std::move(description), [message, schema](json::Arguments, Call& call) {
        const auto* input = call.input("form");
        if (input == nullptr) {
            std::string params;
            json::Writer{params}
                .object()
                .key("message")
                .string(message)
                .key("requestedSchema")
                .raw(schema)
                .end_object();
            return needs({{"form", Kind::elicitation, std::move(params)}});
        }
        const json::Raw result{*input};
        return said(fmt::format("Elicitation completed: action={}, content={}",
                                result.member("action").string().value_or("none"), result.member("content").text()));
    });
}

Outcome elicit(const json::Arguments& arguments, Call& call) {
    const auto message = arguments.text("message");
    if (!message) {
        auto outcome = said(message.error().message);
        outcome.is_error = true;
        return outcome;
    }
    const auto* input = call.input("user");
    if (input == nullptr) {
        std::string params;
        json::Writer writer{params};
        writer.object().key("message").string(*message).key("requestedSchema");
        writer.raw(R"({"type":"object","properties":{"username":{"type":"string","description":"User's response"},)"
                   R"("email":{"type":"string","description":"User's email address"}},)"
                   R"("required":["username","email"]})");
        writer.end_object();
        return needs({{"user", Kind::elicitation, std::move(params)}});
    }
    return said(fmt::format("User response: {}", *input));
}

Outcome visit(json::Arguments, Call& call) {
    const auto* input = call.input("page");
    if (input == nullptr) {
        return needs({{"page", Kind::elicitation_url,
                       R"({"mode":"url","message":"Please sign in.","url":"https://example.org/sign-in"})"}});
    }
    return said(fmt::format("The page: {}", json::Raw{*input}.member("action").string().value_or("none")));
}

Outcome sample(const json::Arguments& arguments, Call& call) {
    const auto prompt = arguments.text("prompt");
    if (!prompt) {
        auto outcome = said(prompt.error().message);
        outcome.is_error = true;
        return outcome;
    }
    const auto* input = call.input("model");
    if (input == nullptr) return needs({question_to_model("model", *prompt)});
    return said("LLM response: " + model_text(*input));
}

Outcome greet(json::Arguments, Call& call) {
    if (const auto name = field_of(call, "user_name", "name")) return said("Hello, " + *name + "!");
    if (answered(call, "user_name") && call.input("user_name")->find("\"accept\"") == std::string::npos) {
        return said("Hello, whoever you are!");
    }
    return needs({form("user_name", "What is your name?", "name")});
}

Outcome ask_model(json::Arguments, Call& call) {
    const auto* input = call.input("capital_question");
    if (input == nullptr) return needs({question_to_model("capital_question", "What is the capital of France?")});
    return said("The model says: " + model_text(*input));
}

Outcome ask_roots(json::Arguments, Call& call) {
    const auto* input = call.input("client_roots");
    if (input == nullptr) return needs({roots("client_roots")});
    return said(fmt::format("The client's roots: {}", json::Raw{*input}.member("roots").text()));
}

Outcome keep_state(json::Arguments, Call& call) {
    if (call.state() != "first round" || !answered(call, "confirm")) {
        return needs({form("confirm", "Please confirm", "ok", "boolean")}, "first round");
    }
    return said("state-ok: what was handed out came back.");
}

Outcome ask_everything(json::Arguments, Call& call) {
    const bool all = answered(call, "user_name") && call.input("greeting") != nullptr &&
                     call.input("client_roots") != nullptr && call.state() == "everything";
    if (!all) {
        return needs({form("user_name", "What is your name?", "name"),
                      question_to_model("greeting", "Generate a greeting"), roots("client_roots")},
                     "everything");
    }
    return said(fmt::format("{} to {}", model_text(*call.input("greeting")),
                            field_of(call, "user_name", "name").value_or("somebody")));
}

/// Two questions one after the other; the name from the first stands in the state of the second.
Outcome two_rounds(json::Arguments, Call& call) {
    constexpr std::string_view named = "name:";
    if (call.state().starts_with(named)) {
        const auto color = field_of(call, "step2", "color");
        if (color) return said(fmt::format("{} likes {}.", call.state().substr(named.size()), *color));
        return needs({form("step2", "Step 2: What is your favorite color?", "color")}, std::string{call.state()});
    }
    const auto name = field_of(call, "step1", "name");
    if (!name) return needs({form("step1", "Step 1: What is your name?", "name")}, "begun");
    return needs({form("step2", "Step 2: What is your favorite color?", "color")}, std::string{named} + *name);
}

/// Asks in whichever way the client offers.
Outcome ask_what_is_offered(json::Arguments, Call& call) {
    if (call.input("model") != nullptr || call.input("user") != nullptr) return said("That is all I wanted to know.");
    std::vector<InputRequest> requests;
    if (call.client().sampling) requests.push_back(question_to_model("model", "Say something."));
    if (call.client().elicitation) requests.push_back(form("user", "Say something.", "text"));
    if (requests.empty()) return said("This client can be asked nothing.");
    return needs(std::move(requests));
}

}  // namespace

void add_asking_tools(mcp::Catalog& catalog) {
    auto& tools = catalog.tools;
    tools.push_back(asking("test_elicitation", "Asks the user.", elicit));
    tools.back().input_schema =
        R"({"type":"object","properties":{"message":{"type":"string"}},"required":["message"]})";
    tools.push_back(asking("test_elicitation_url", "Sends the user to a page.", visit));
    tools.push_back(asking("test_sampling", "Asks the model.", sample));
    tools.back().input_schema = R"({"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]})";
    tools.push_back(form_tool(
        "test_elicitation_sep1034_defaults", "Asks with a form that is filled in already.", "Please review the form",
        R"({"type":"object","properties":{"name":{"type":"string","description":"User name","default":"John Doe"},)"
        R"("age":{"type":"integer","description":"User age","default":30},)"
        R"("score":{"type":"number","description":"User score","default":95.5},)"
        R"("status":{"type":"string","description":"User status","enum":["active","inactive","pending"],"default":"active"},)"
        R"("verified":{"type":"boolean","description":"Verification status","default":true}},"required":[]})"));
    tools.push_back(form_tool(
        "test_elicitation_sep1330_enums", "Asks with every form of a choice.", "Please choose",
        R"({"type":"object","properties":{)"
        R"("untitledSingle":{"type":"string","enum":["option1","option2","option3"]},)"
        R"("titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},)"
        R"({"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},)"
        R"("legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},)"
        R"("untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},)"
        R"("titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},)"
        R"({"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}},"required":[]})"));
    tools.push_back(asking("test_input_required_result_elicitation", "Greets the user by name.", greet));
    tools.push_back(asking("test_input_required_result_sampling", "Asks the model a question.", ask_model));
    tools.push_back(asking("test_input_required_result_list_roots", "Asks for the client's roots.", ask_roots));
    tools.push_back(asking("test_input_required_result_request_state", "Keeps a state with the client.", keep_state));
    tools.push_back(asking("test_input_required_result_tampered_state", "Keeps a state with the client.", keep_state));
    tools.push_back(
        asking("test_input_required_result_multiple_inputs", "Asks for everything at once.", ask_everything));
    tools.push_back(asking("test_input_required_result_multi_round", "Asks twice.", two_rounds));
    tools.push_back(asking("test_input_required_result_capabilities", "Asks what the client offers to answer.",
                           ask_what_is_offered));
    tools.push_back(asking("test_missing_capability", "Needs the client's model.", ask_model));
    tools.push_back(asking("test_streaming_elicitation", "Asks the user.", greet));
}

}  // namespace flux::everything
