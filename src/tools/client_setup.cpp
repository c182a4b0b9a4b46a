#include "tools/client_setup.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>
#include <utility>

namespace flux::tools {

namespace {

using boost::json::array;
using boost::json::object;

/// JSON as people write it in a configuration file.
void write(std::string& out, const boost::json::value& value, std::size_t depth) {
    const std::string inner((depth + 1) * 2, ' ');
    const auto* members = value.if_object();
    if (members == nullptr) {
        out += boost::json::serialize(value);
        return;
    }
    out += "{";
    std::string_view comma = "\n";
    for (const auto& [name, member] : *members) {
        out += fmt::format("{}{}\"{}\": ", comma, inner, std::string_view{name});
        write(out, member, depth + 1);
        comma = ",\n";
    }
    out += fmt::format("\n{}}}", std::string(depth * 2, ' '));
}

SetupStep file(std::string_view path, const object& content) {
    SetupStep step{fmt::format("In {}:", path), {}, "json"};
    write(step.code, content, 0);
    return step;
}

object servers(std::string_view member, object server) {
    object named;
    named["flux"] = std::move(server);
    object result;
    result[member] = std::move(named);
    return result;
}

object headers(std::string_view token) {
    object result;
    result["Authorization"] = fmt::format("Bearer {}", token);
    return result;
}

/// An entry for Streamable HTTP, with the token as that host refers to it.
object over_http(const ConnectFacts& facts, std::string_view url_member, std::string_view token) {
    object server;
    server[url_member] = facts.endpoint;
    if (facts.with_token) server["headers"] = headers(token);
    return server;
}

object typed(object server) {
    object result;
    result["type"] = "http";
    for (auto& [name, value] : server) result[name] = std::move(value);
    return result;
}

using Steps = std::vector<SetupStep>;

/// Where the token comes from, for hosts that read it from the environment.
Steps begin(const ConnectFacts& facts) {
    if (!facts.with_token) return {};
    return {
        {"First set the token (the server's MCP_AUTH_TOKEN) where the client starts:", "export FLUX_TOKEN=…", "sh"}};
}

Steps after_token(const ConnectFacts& facts, SetupStep step) {
    auto steps = begin(facts);
    steps.push_back(std::move(step));
    return steps;
}

Steps claude_code(const ConnectFacts& facts) {
    auto steps = after_token(facts, file(".mcp.json of the project",
                                         servers("mcpServers", typed(over_http(facts, "url", "${FLUX_TOKEN}")))));
    steps.push_back({"Or over stdio:", fmt::format("claude mcp add flux -- {} stdio", facts.program), "sh"});
    return steps;
}

Steps claude_desktop(const ConnectFacts& facts) {
    object server;
    server["command"] = facts.program;
    server["args"] = array{"stdio"};
    return {{"It starts local servers over stdio; no token is needed.", {}, {}},
            file("claude_desktop_config.json (Settings, Developer, Edit Config)",
                 servers("mcpServers", std::move(server)))};
}

Steps codex(const ConnectFacts& facts) {
    SetupStep step{"In ~/.codex/config.toml:", fmt::format("[mcp_servers.flux]\nurl = \"{}\"", facts.endpoint), "toml"};
    if (facts.with_token) step.code += "\nbearer_token_env_var = \"FLUX_TOKEN\"";
    return after_token(facts, std::move(step));
}

Steps cursor(const ConnectFacts& facts) {
    auto config = servers("mcpServers", over_http(facts, "url", "${env:FLUX_TOKEN}"));
    return after_token(facts, file("~/.cursor/mcp.json", config));
}

Steps vscode(const ConnectFacts& facts) {
    object config;
    if (facts.with_token) {
        object input;
        input["type"] = "promptString";
        input["id"] = "flux-token";
        input["description"] = "flux-mcp token";
        input["password"] = true;
        config["inputs"] = array{std::move(input)};
    }
    auto entry = servers("servers", typed(over_http(facts, "url", "${input:flux-token}")));
    config["servers"] = std::move(entry["servers"]);
    return {file(".vscode/mcp.json of the workspace", config)};
}

Steps copilot_cli(const ConnectFacts& facts) {
    auto server = typed(over_http(facts, "url", "${FLUX_TOKEN}"));
    server["tools"] = array{"*"};
    return after_token(facts, file("~/.copilot/mcp-config.json", servers("mcpServers", std::move(server))));
}

Steps gemini_cli(const ConnectFacts& facts) {
    auto config = servers("mcpServers", over_http(facts, "httpUrl", "$FLUX_TOKEN"));
    return after_token(facts, file("~/.gemini/settings.json", config));
}

struct Client {
    std::string_view name;
    std::string_view title;
    Steps (*steps)(const ConnectFacts& facts);
};

constexpr std::array clients{
    Client{"claude-code", "Claude Code", claude_code},
    Client{"claude-desktop", "Claude Desktop", claude_desktop},
    Client{"codex", "Codex", codex},
    Client{"cursor", "Cursor", cursor},
    Client{"vscode", "VS Code", vscode},
    Client{"copilot-cli", "Copilot CLI", copilot_cli},
    Client{"gemini-cli", "Gemini CLI", gemini_cli},
};

}  // namespace

std::vector<ClientSetup> client_setups(const ConnectFacts& facts) {
    std::vector<ClientSetup> setups;
    for (const auto& client : clients) {
        setups.push_back({std::string{client.name}, std::string{client.title}, client.steps(facts)});
    }
    return setups;
}

array to_json(const std::vector<ClientSetup>& setups) {
    array result;
    for (const auto& setup : setups) {
        array steps;
        for (const auto& step : setup.steps) {
            object entry;
            entry["text"] = step.text;
            entry["code"] = step.code;
            entry["language"] = step.language;
            steps.push_back(std::move(entry));
        }
        object entry;
        entry["client"] = setup.client;
        entry["title"] = setup.title;
        entry["steps"] = std::move(steps);
        result.push_back(std::move(entry));
    }
    return result;
}

}  // namespace flux::tools
