#include "providers/local/command_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/id.hpp"
#include "providers/local/workspace_files.hpp"

namespace flux::providers::local {
namespace {

constexpr std::array kinds{"set_env", "add_path", "set_output", "save_state", "step_summary"};

}  // namespace

Result<void> write_new_file(const std::filesystem::path& path, std::string_view content, std::optional<uid_t> owner) {
    const FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)};
    bool good = static_cast<bool>(file);
    while (good && !content.empty()) {
        const auto written = ::write(file.get(), content.data(), content.size());
        good = written > 0;
        if (good) content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (good && owner) good = ::fchown(file.get(), *owner, *owner) == 0;
    if (!good) return fail(Errc::unavailable, "A file for the step can't be written in its temporary directory.");
    return {};
}

Result<CommandFiles> CommandFiles::make(const std::filesystem::path& directory, std::optional<uid_t> owner) {
    CommandFiles files;
    files.directory_ = directory;
    files.id_ = random_id();
    for (const char* kind : kinds)
        if (auto made = write_new_file(files.file(kind), {}, owner); !made) return fail(std::move(made.error()));
    return files;
}

CommandFiles::~CommandFiles() {
    if (id_.empty()) return;
    for (const char* kind : kinds) ::unlink(file(kind).c_str());
}

std::filesystem::path CommandFiles::file(const char* kind) const {
    return directory_ / fmt::format("{}_{}", kind, id_);
}

Assignments CommandFiles::variables() const {
    return {{"GITHUB_ENV", file("set_env").string()},
            {"GITHUB_PATH", file("add_path").string()},
            {"GITHUB_OUTPUT", file("set_output").string()},
            {"GITHUB_STATE", file("save_state").string()},
            {"GITHUB_STEP_SUMMARY", file("step_summary").string()}};
}

Result<std::string> CommandFiles::read(const char* kind, std::size_t limit) const {
    auto files = WorkspaceFiles::open(directory_);
    if (!files) return std::string{};
    auto text = files->read(file(kind).filename().string(), limit);
    // A step may take its files away: then it told nothing.
    if (!text && text.error().code == Errc::not_found) return std::string{};
    return text;
}

}  // namespace flux::providers::local
