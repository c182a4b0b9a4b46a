#include "providers/local/shell.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "providers/local/cage.hpp"

namespace flux::providers::local {
namespace {

/// Words as .NET's process start understands an argument string: blanks separate, double quotes hold together.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    bool begun = false;
    for (const char character : text) {
        if (character == '"') {
            quoted = !quoted;
            begun = true;
        } else if (!quoted && (character == ' ' || character == '\t')) {
            if (begun) words.push_back(std::exchange(word, {}));
            begun = false;
        } else {
            word += character;
            begun = true;
        }
    }
    if (begun) words.push_back(word);
    return words;
}

}  // namespace

std::vector<std::string> Shell::command_for(const std::string& script) const {
    auto result = command;
    for (auto& word : result)
        if (const auto at = word.find("{0}"); at != std::string::npos) word.replace(at, 3, script);
    return result;
}

Result<Shell> resolve_shell(std::string_view name, const std::string& path_variable) {
    const auto has = [&](const char* program) { return !Cage::find_program(program, path_variable).empty(); };
    const auto wanted = trimmed(name);
    const auto known = ascii_lower(wanted);
    if (known.empty())
        return has("bash") ? Shell{{"bash", "-e", "{0}"}, ".sh", {}, {}} : Shell{{"sh", "-e", "{0}"}, ".sh", {}, {}};
    if (known == "bash") return Shell{{"bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "{0}"}, ".sh", {}, {}};
    if (known == "sh") return Shell{{"sh", "-e", "{0}"}, ".sh", {}, {}};
    if (known == "python") {
        // Debian and its children have no program of the plain name.
        const bool plain = has("python") || !has("python3");
        return Shell{{plain ? "python" : "python3", "{0}"}, ".py", {}, {}};
    }
    if (known == "pwsh" || known == "powershell")
        return Shell{{"pwsh", "-command", ". '{0}'"},
                     ".ps1",
                     "$ErrorActionPreference = 'stop'\n",
                     "\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }"};
    if (known == "cmd") return fail(Errc::unsupported, "`shell: cmd` exists on Windows only. Use `bash` or `sh`.");
    auto words = words_of(wanted);
    if (words.size() < 2 || wanted.find("{0}") == std::string_view::npos)
        return fail(Errc::invalid_argument,
                    fmt::format("Invalid shell option '{}'. It must be `bash`, `sh`, `python`, `pwsh`, or a command "
                                "that holds `{{0}}` in the place of the script's file.",
                                shortened(to_utf8(wanted), 100)));
    return Shell{std::move(words), "", {}, {}};
}

}  // namespace flux::providers::local
