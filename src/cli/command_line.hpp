#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace flux::cli {

/// What was asked for on the command line.
struct Command {
    enum class Name { serve, stdio, preview, logs, diagnose, connect, check, unnamed };

    Name name = Name::unnamed;                 ///< `unnamed`: `serve`, or `stdio` where TRANSPORT says so
    std::map<std::string, std::string> flags;  ///< settings, by key
    std::optional<std::filesystem::path> config;
    bool quiet = false;

    std::string branch;
    std::string workflow;
    std::vector<std::pair<std::string, std::string>> inputs;
    bool fresh = false;
    bool follow = false;
    std::string run;
    std::optional<std::string> job;
    std::optional<std::string> step;
    std::string client;

    std::string log_file;  ///< a raw log instead of a run; `-`: stdin
    std::optional<std::string> search;
    std::optional<std::int64_t> tail;  ///< so many lines at the raw log's end
    bool json = false;
    std::optional<std::int64_t> max_tokens;  ///< of a diagnosis
};

/// The command line answered itself: help, the version, or a mistake.
struct Said {
    int code = 0;
    std::string out;
    std::string err;
};

/// `arguments` without the program's name.
std::variant<Command, Said> parse_command_line(std::vector<std::string> arguments);

}  // namespace flux::cli
