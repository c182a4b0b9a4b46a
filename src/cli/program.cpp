#include "cli/program.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <utility>
#include <variant>

#include "app/check.hpp"
#include "app/read_settings.hpp"
#include "app/serve.hpp"
#include "app/stdio.hpp"
#include "cli/command_line.hpp"
#include "cli/connect_command.hpp"
#include "cli/exit_code.hpp"
#include "cli/raw_log_commands.hpp"
#include "cli/run_commands.hpp"
#include "observe/log.hpp"

namespace flux::cli {

namespace {

/// The log runs as long as a command that serves.
class Logging {
public:
    explicit Logging(const app::Settings& settings, observe::LogLevel level) {
        observe::LogSettings log;
        log.level = level;
        log.format = settings.production ? observe::LogFormat::json : observe::LogFormat::readable;
        observe::log::start(log);
    }
    ~Logging() { observe::log::stop(); }
    Logging(const Logging&) = delete;
    Logging& operator=(const Logging&) = delete;
};

int ended(const Result<void>& result) {
    if (result) return success;
    const auto& message = result.error().message;
    std::fputs(
        message.find('\n') == std::string::npos ? fmt::format("flux-mcp: {}\n", message).c_str() : message.c_str(),
        stderr);
    return result.error().code == Errc::unavailable ? unreachable : usage;
}

int refuse(const std::vector<app::Mistake>& mistakes) {
    std::fputs(app::to_text(mistakes).c_str(), stderr);
    return usage;
}

int run_serve(const Command& command, const app::SettingsRead& read) {
    if (!read.mistakes.empty()) return refuse(read.mistakes);
    const Logging logging{read.settings, read.settings.log_level};
    return ended(app::serve(read.settings, command.quiet));
}

int run_stdio(const app::SettingsRead& read) {
    const Logging logging{read.settings, read.settings.log_level};
    return ended(app::serve_on_stdio(read));
}

int run_check(const app::SettingsRead& read) {
    if (!read.mistakes.empty()) return refuse(read.mistakes);
    int code = success;
    for (const auto& checked : app::check(read.settings)) {
        std::fputs(fmt::format("{:<6}{}: {}\n", checked.works ? "ok" : "wrong", checked.name, checked.detail).c_str(),
                   stdout);
        if (!checked.works) code = usage;
    }
    return code;
}

int run_command(const Command& command) {
    // A raw log needs no settings, so mistakes in them don't stand in its way.
    if (command.name == Command::Name::diagnose && !command.log_file.empty()) return run_diagnose_file(command);
    if (command.name == Command::Name::logs && !command.log_file.empty()) return run_logs_file(command);

    auto sources = app::process_sources();
    sources.flags = command.flags;
    sources.file = command.config;
    auto read = app::read_settings(sources);
    switch (command.name) {
    case Command::Name::serve: return run_serve(command, read);
    case Command::Name::stdio: return run_stdio(read);
    case Command::Name::preview: return run_preview(command, std::move(read));
    case Command::Name::logs: return run_logs(command, std::move(read));
    case Command::Name::diagnose: return run_diagnose(command, std::move(read));
    case Command::Name::connect: return run_connect(command, read.settings);
    case Command::Name::check: return run_check(read);
    case Command::Name::unnamed: break;
    }
    return read.settings.stdio ? run_stdio(read) : run_serve(command, read);
}

}  // namespace

int run_program(std::vector<std::string> arguments) {
    const auto parsed = parse_command_line(std::move(arguments));
    if (const auto* said = std::get_if<Said>(&parsed)) {
        std::fputs(said->out.c_str(), stdout);
        std::fputs(said->err.c_str(), stderr);
        return said->code;
    }
    // Writing to a pipe that nobody reads is an error to be read where it happens.
    std::signal(SIGPIPE, SIG_IGN);
    return run_command(std::get<Command>(parsed));
}

}  // namespace flux::cli
