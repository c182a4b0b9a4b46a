#include "cli/raw_log_commands.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>

#include "base/id.hpp"
#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "logs/diagnose.hpp"
#include "logs/diagnosis_json.hpp"
#include "logs/diagnosis_text.hpp"
#include "logs/search.hpp"

namespace flux::cli {

namespace {

int refuse(const std::string& message) {
    std::fprintf(stderr, "flux-mcp: %s\n", message.c_str());
    return usage;
}

Result<std::string> read_whole(const std::string& path) {
    const auto bytes_of = [](std::istream& in) {
        return std::string{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
    };
    if (path == "-") return bytes_of(std::cin);
    std::ifstream file{path, std::ios::binary};
    if (!file) return fail(Errc::not_found, fmt::format("The log `{}` cannot be opened. `-` reads stdin.", path));
    auto bytes = bytes_of(file);
    if (file.bad()) return fail(Errc::unavailable, fmt::format("The log `{}` cannot be read.", path));
    return bytes;
}

void print_line(const logs::RawLog& log, std::size_t number) {
    const auto text = log.text(number - 1);
    std::fputs(fmt::format("{}\t{}\n", number, text).c_str(), stdout);
}

}  // namespace

int run_diagnose_file(const Command& command) {
    const auto bytes = read_whole(command.log_file);
    if (!bytes) return refuse(bytes.error().message);

    const auto log = logs::RawLog::decode(*bytes);
    const auto diagnosis = logs::diagnose(log);
    const auto text = logs::write_diagnosis(diagnosis, log, random_id(8), command.max_tokens);
    if (command.json) {
        const auto next = fmt::format("flux-mcp logs --file {} --search PATTERN", command.log_file);
        std::fputs((logs::diagnosis_json(diagnosis, text, log, next) + '\n').c_str(), stdout);
    } else {
        std::fputs(text.text.c_str(), stdout);
    }
    return success;
}

int run_logs_file(const Command& command) {
    const auto bytes = read_whole(command.log_file);
    if (!bytes) return refuse(bytes.error().message);
    const auto log = logs::RawLog::decode(*bytes);

    if (command.search) {
        logs::SearchOptions options;
        options.regex = true;
        options.step = command.step.value_or("");
        options.limit = std::numeric_limits<std::size_t>::max();
        const auto found = logs::search(log, *command.search, options);
        if (!found) return refuse(found.error().message);
        for (const auto number : found->lines) print_line(log, number);
        return success;
    }
    const auto wanted = ascii_lower(command.step.value_or(""));
    for (const auto& step : log.steps()) {
        if (ascii_lower(step.name).find(wanted) == std::string::npos) continue;
        for (auto index = step.first; index <= step.last; ++index) print_line(log, index + 1);
    }
    return success;
}

}  // namespace flux::cli
