#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "app/version.hpp"
#include "cli/connect_command.hpp"
#include "cli/exit_code.hpp"

namespace flux::cli {

namespace {

void add_setting(CLI::App& command, Command& into, const std::string& key, const std::string& help) {
    auto flag = "--" + key;
    std::replace(flag.begin(), flag.end(), '_', '-');
    const auto keep = [&into, key](const std::string& value) { into.flags[key] = value; };
    command.add_option_function<std::string>(flag, keep, help)->type_name("VALUE");
}

void add_config(CLI::App& command, Command& into) {
    command
        .add_option_function<std::string>(
            "--config", [&into](const std::string& path) { into.config = path; }, "Settings in a TOML file")
        ->type_name("FILE");
    add_setting(command, into, "state_dir", "Folder of runs, logs and previews");
}

void add_engine_settings(CLI::App& command, Command& into) {
    add_config(command, into);
    add_setting(command, into, "repo", "Git repository to preview");
    add_setting(command, into, "preview_port", "Port of the previews (8788)");
    add_setting(command, into, "log_level", "debug, info, warn, error or off");
}

CLI::App* add(CLI::App& app, Command& command, const std::string& name, Command::Name value, const std::string& help) {
    auto* subcommand = app.add_subcommand(name, help);
    subcommand->callback([&command, value] { command.name = value; });
    return subcommand;
}

void add_input(Command& command, const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw CLI::ValidationError("--input", fmt::format("\"{}\" is not of the form name=value", text));
        }
        command.inputs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
}

void describe(CLI::App& app, Command& command) {
    app.require_subcommand(0, 1);
    app.set_version_flag("--version", fmt::format("flux-mcp {}", app::version()));
    app.footer(
        "Settings also come from the environment and a file: docs/operations.md.\n"
        "Exit codes of preview, logs and diagnose: 0 success, 1 the run failed, 2 usage, 3 not authorized,\n"
        "4 unreachable, 5 cancelled, 130 interrupted.");

    auto* serve = add(app, command, "serve", Command::Name::serve, "Serve MCP over HTTP and WebSocket, and previews");
    add_setting(*serve, command, "port", "Main port (8787)");
    add_setting(*serve, command, "host", "Address to listen on (127.0.0.1)");
    add_setting(*serve, command, "rate_limit", "Requests in 60 s for each client (30)");
    add_setting(*serve, command, "tool_names", "Names in tools/list: auto, dotted or safe");
    serve->add_flag("--quiet", command.quiet, "Write nothing but the log");
    add_engine_settings(*serve, command);

    auto* stdio = add(app, command, "stdio", Command::Name::stdio, "Speak MCP on stdin and stdout");
    add_setting(*stdio, command, "tool_names", "Names in tools/list: auto, dotted or safe");
    add_engine_settings(*stdio, command);

    auto* preview = add(app, command, "preview", Command::Name::preview, "Make a preview of a branch");
    preview->add_option("BRANCH", command.branch, "Branch, as committed")->required();
    preview->add_option("--workflow", command.workflow, "File under .github/workflows")->type_name("FILE");
    preview
        ->add_option_function<std::vector<std::string>>(
            "--input", [&command](const std::vector<std::string>& texts) { add_input(command, texts); },
            "Input of the workflow; may be repeated")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->take_all();
    preview->add_flag("--fresh", command.fresh, "Never reuse a run");
    preview->add_flag("--follow", command.follow, "Show the log until the run is over");
    add_engine_settings(*preview, command);

    auto* logs = add(app, command, "logs", Command::Name::logs, "Show the log of a run");
    auto* run = logs->add_option("RUN", command.run, "Number or URL of the run");
    auto* file = logs->add_option("--file", command.log_file, "A raw log instead of a run; - is stdin");
    file->type_name("FILE")->excludes(run);
    auto* search = logs->add_option("--search", command.search, "Only lines of the raw log that match");
    search->type_name("RE")->needs(file);
    logs->add_flag("--follow", command.follow, "Go on until the run is over");
    logs->add_option("--job", command.job, "Id, name or part of it");
    auto* step = logs->add_option("--step", command.step, "Number, name or part of it");
    logs->add_option("--tail", command.tail, "Only so many lines at the raw log's end, or that of each job in a zip")
        ->type_name("LINES")
        ->check(CLI::Range(1, 2000))
        ->needs(file)
        ->excludes(search)
        ->excludes(step);
    add_engine_settings(*logs, command);

    auto* diagnose =
        add(app, command, "diagnose", Command::Name::diagnose, "Say why a run, or the job of a log, failed");
    auto* failed = diagnose->add_option("RUN", command.run, "Number or URL of the run");
    diagnose->add_option("--log", command.log_file, "A raw job log instead of a run; - is stdin")
        ->type_name("FILE")
        ->excludes(failed);
    diagnose->add_option("--job", command.job, "Id, name or part of it")->needs(failed);
    diagnose->add_flag("--json", command.json, "As one JSON object");
    diagnose->add_option("--max-tokens", command.max_tokens, "Of the answer (a log's text: 1500)")
        ->check(CLI::Range(100, 20'000));
    add_engine_settings(*diagnose, command);

    auto* connect = add(app, command, "connect", Command::Name::connect, "Show how to connect a client");
    connect->add_option("CLIENT", command.client, client_names())->required();
    add_setting(*connect, command, "port", "Main port of the server (8787)");
    add_config(*connect, command);

    auto* check = add(app, command, "check", Command::Name::check, "Read the settings and try every part");
    add_setting(*check, command, "port", "Main port (8787)");
    add_setting(*check, command, "host", "Address to listen on (127.0.0.1)");
    add_engine_settings(*check, command);
}

}  // namespace

std::variant<Command, Said> parse_command_line(std::vector<std::string> arguments) {
    Command command;
    CLI::App app{"Ships a preview of a git branch to agents, and says why a build failed.", "flux-mcp"};
    describe(app, command);
    std::reverse(arguments.begin(), arguments.end());
    try {
        app.parse(arguments);
        if (command.name == Command::Name::logs && command.run.empty() && command.log_file.empty()) {
            throw CLI::RequiredError("RUN or --file");
        }
        if (command.name == Command::Name::diagnose && command.run.empty() && command.log_file.empty()) {
            throw CLI::RequiredError("RUN or --log");
        }
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream err;
        const int code = app.exit(error, out, err);
        return Said{code == 0 ? success : usage, out.str(), err.str()};
    }
    return command;
}

}  // namespace flux::cli
