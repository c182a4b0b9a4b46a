#include "cli/connect.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace flux::cli {

namespace {

using boost::json::array;
using boost::json::object;

constexpr std::string_view set_token = "First: export FLUX_TOKEN=…, the server's MCP_AUTH_TOKEN.\n";

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

std::string file(std::string_view path, const object& content) {
    std::string text = fmt::format("In {}:\n\n", path);
    write(text, content, 0);
    return text + "\n";
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

std::string first(const ConnectFacts& facts) { return facts.with_token ? std::string{set_token} : std::string{}; }

std::string claude_code(const ConnectFacts& facts) {
    return first(facts) +
           file(".mcp.json of the project", servers("mcpServers", typed(over_http(facts, "url", "${FLUX_TOKEN}")))) +
           fmt::format("\nOr over stdio: claude mcp add flux -- {} stdio\n", facts.program);
}

std::string claude_desktop(const ConnectFacts& facts) {
    object server;
    server["command"] = facts.program;
    server["args"] = array{"stdio"};
    return "It starts local servers over stdio; no token is needed.\n" +
           file("claude_desktop_config.json (Settings, Developer, Edit Config)",
                servers("mcpServers", std::move(server)));
}

std::string codex(const ConnectFacts& facts) {
    auto text =
        first(facts) + fmt::format("In ~/.codex/config.toml:\n\n[mcp_servers.flux]\nurl = \"{}\"\n", facts.endpoint);
    if (facts.with_token) text += "bearer_token_env_var = \"FLUX_TOKEN\"\n";
    return text;
}

std::string cursor(const ConnectFacts& facts) {
    return first(facts) +
           file("~/.cursor/mcp.json", servers("mcpServers", over_http(facts, "url", "${env:FLUX_TOKEN}")));
}

std::string vscode(const ConnectFacts& facts) {
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
    return file(".vscode/mcp.json of the workspace", config);
}

std::string copilot_cli(const ConnectFacts& facts) {
    auto server = typed(over_http(facts, "url", "${FLUX_TOKEN}"));
    server["tools"] = array{"*"};
    return first(facts) + file("~/.copilot/mcp-config.json", servers("mcpServers", std::move(server)));
}

std::string gemini_cli(const ConnectFacts& facts) {
    return first(facts) +
           file("~/.gemini/settings.json", servers("mcpServers", over_http(facts, "httpUrl", "$FLUX_TOKEN")));
}

struct Client {
    std::string_view name;
    std::string (*snippet)(const ConnectFacts&);
};

constexpr std::array clients{
    Client{"claude-code", claude_code},
    Client{"claude-desktop", claude_desktop},
    Client{"codex", codex},
    Client{"cursor", cursor},
    Client{"vscode", vscode},
    Client{"copilot-cli", copilot_cli},
    Client{"gemini-cli", gemini_cli},
};

}  // namespace

std::string client_names() {
    std::string names;
    for (const auto& client : clients) names += fmt::format("{}{}", names.empty() ? "" : ", ", client.name);
    return names;
}

Result<std::string> connect_snippet(const std::string& client, const ConnectFacts& facts) {
    for (const auto& known : clients) {
        if (known.name == client) return known.snippet(facts);
    }
    return fail(Errc::invalid_argument, fmt::format("There is no snippet for \"{}\". Clients: {}.",
                                                    shortened(to_utf8(client), 60), client_names()));
}

}  // namespace flux::cli
