#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/id.hpp"
#include "base/text.hpp"
#include "providers/local/native_action.hpp"
#include "providers/local/toolchain.hpp"
#include "providers/local/workspace_files.hpp"
#include "workflow/value_json.hpp"

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_version_file_bytes = 1024 * 1024;

/// The version in what `node --version` or `python3 --version` prints; nothing when it doesn't run.
std::optional<Version> ask_version(const fs::path& program) {
    Launch launch;
    launch.arguments = {program.string(), "--version"};
    launch.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", "/nonexistent"}};
    const auto finished = run_program(launch, 20);
    if (!finished || finished->exit_code != 0) return std::nullopt;
    const auto text = trimmed(finished->output);
    const auto blank = text.rfind(' ');
    return Version::parse(blank == std::string_view::npos ? text : text.substr(blank + 1));
}

/// Those of the setup (`<tools>/<name>/<version>/<arch>/bin`), and the one of the system.
std::vector<Tool> installed(JobRun& job, std::string_view name, std::initializer_list<const char*> programs) {
    std::vector<Tool> tools;
    std::error_code failed;
    if (const auto& root = job.order().directories.tools) {
        for (const auto& kind : fs::directory_iterator{*root, failed}) {
            if (!equal_ignoring_case(kind.path().filename().string(), name)) continue;
            for (const auto& release : fs::directory_iterator{kind.path(), failed}) {
                const auto version = Version::parse(release.path().filename().string());
                if (!version) continue;
                for (const auto& machine : fs::directory_iterator{release.path(), failed})
                    for (const char* program : programs)
                        if (const auto path = machine.path() / "bin" / program; fs::is_regular_file(path, failed)) {
                            tools.push_back({*version, path, false});
                            break;
                        }
            }
        }
    }
    // Not on the job's own PATH: this asks as the server, so it must not be the job that says what runs.
    for (const char* program : programs) {
        const auto path = Cage::find_program(program, job.cage().base_path());
        if (path.empty()) continue;
        if (const auto version = ask_version(path)) tools.push_back({*version, path, true});
        break;
    }
    return tools;
}

/// The request in a version file, by the kinds of file that the actions know.
Result<std::string> request_in_file(JobRun& job, const std::string& path, std::string_view tool) {
    const auto relative = workspace_path(job, path);
    if (!relative) return fail(relative.error());
    const auto files = WorkspaceFiles::open(job.order().directories.workspace);
    if (!files) return fail(files.error());
    const auto text = files->read(*relative, max_version_file_bytes);
    if (!text)
        return fail(Errc::not_found, fmt::format("The specified {} version file at: {} does not exist", tool, path));
    const auto name = fs::path{*relative}.filename().string();
    if (name == "package.json") {
        const auto json = workflow::from_json(*text);
        if (!json) return fail(Errc::invalid_argument, fmt::format("`{}` is no valid JSON.", path));
        auto version = to_string((*json)["volta"]["node"]);
        if (version.empty()) version = to_string((*json)["engines"]["node"]);
        if (version.empty())
            return fail(Errc::invalid_argument, fmt::format("`{}` names no version of Node.js.", path));
        return version;
    }
    for (const auto raw : split(*text, '\n')) {
        auto line = trimmed(raw.substr(0, raw.find('#')));
        if (line.empty()) continue;
        if (name == ".tool-versions") {
            const auto blank = line.find_first_of(" \t");
            const auto key = line.substr(0, blank);
            if (blank == std::string_view::npos || !(key == tool || (tool == "node" && key == "nodejs"))) continue;
            return std::string{trimmed(line.substr(blank))};
        }
        if (name == "pyproject.toml") {
            if (!line.starts_with("requires-python")) continue;
            auto value = trimmed(line.substr(line.find('=') + 1));
            if (value.size() >= 2) value = value.substr(1, value.size() - 2);
            return std::string{value};
        }
        if (line.starts_with("python-")) line.remove_prefix(7);
        return std::string{line};
    }
    return fail(Errc::invalid_argument, fmt::format("`{}` names no version.", path));
}

struct Wanted {
    std::string_view title;  ///< `Node.js`
    std::string_view name;   ///< `node`: of the tool's folder, the inputs and the outputs
    std::initializer_list<const char*> programs;
};

/// The tool that answers the request; the log says where it isn't quite what was asked for.
Result<Tool> find_tool(JobRun& job, StepCall& call, const ActionInputs& inputs, const Wanted& wanted) {
    auto text = inputs.text(fmt::format("{}-version", wanted.name));
    if (const auto file = inputs.text(fmt::format("{}-version-file", wanted.name)); text.empty() && !file.empty()) {
        auto found = request_in_file(job, file, wanted.name);
        if (!found) return fail(std::move(found.error()));
        text = std::move(*found);
        call.log.write(fmt::format("Resolved {} as {}", file, text));
    }
    const auto request = VersionRequest::parse(text.empty() ? "*" : text);
    if (!request)
        return fail(Errc::invalid_argument,
                    fmt::format("`{}` is no version of {} that is understood here.", text, wanted.title));
    const auto tools = installed(job, wanted.name, wanted.programs);
    bool matched = false;
    // Where nothing was asked for, what PATH finds is good enough.
    const auto own = std::find_if(tools.begin(), tools.end(), [](const Tool& each) { return each.from_path; });
    if (text.empty() && own != tools.end()) return *own;
    const auto tool = choose(tools, *request, matched);
    if (!tool)
        return fail(Errc::not_found, fmt::format("{} is not installed on this machine, and nothing is downloaded here. "
                                                 "Install it, or put it under FLUX_TOOLS.",
                                                 wanted.title));
    if (matched) return *tool;
    std::string list;
    for (const auto& each : tools) list += (list.empty() ? "" : ", ") + each.version.text();
    const auto message = fmt::format("{} {} is not installed here (there is: {})", wanted.title, text, list);
    if (job.order().strict_tools) return fail(Errc::not_found, message + ".");
    const auto used = fmt::format("{}; {} is used instead.", message, tool->version.text());
    call.log.warning(used);
    job.note(used);
    return *tool;
}

}  // namespace

StepEnd run_setup_node(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view) {
    const auto tool = find_tool(job, call, inputs, {"Node.js", "node", {"node"}});
    if (!tool) return failed_action(call, tool.error().message);
    if (!tool->from_path) job.add_path(tool->program.parent_path().string());
    call.log.write(fmt::format("node: v{}", tool->version.text()));
    return {builds::Conclusion::success, {{"node-version", "v" + tool->version.text()}, {"cache-hit", "false"}}};
}

StepEnd run_setup_python(JobRun& job, StepCall& call, const ActionInputs& inputs, std::string_view) {
    const auto tool = find_tool(job, call, inputs, {"Python", "python", {"python3", "python"}});
    if (!tool) return failed_action(call, tool.error().message);
    // The action promises `python`; Debian's package has `python3` alone.
    const auto links = job.order().directories.temp / ("_python-" + random_id(4));
    std::error_code failed;
    fs::create_directory(links, failed);
    for (const char* name : {"python", "python3"}) fs::create_symlink(tool->program, links / name, failed);
    if (const auto pip = tool->program.parent_path() / "pip3"; fs::exists(pip, failed))
        for (const char* name : {"pip", "pip3"}) fs::create_symlink(pip, links / name, failed);
    job.add_path(links.string());
    call.log.write(fmt::format("python: {}", tool->version.text()));
    return {builds::Conclusion::success,
            {{"python-version", tool->version.text()},
             {"python-path", (links / "python").string()},
             {"cache-hit", "false"}}};
}

}  // namespace flux::providers::local
