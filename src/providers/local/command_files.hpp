#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "providers/local/environment_file.hpp"

namespace flux::providers::local {

/// The files through which one step tells the runner things: made for it, read after it, gone with this.
class CommandFiles {
public:
    /// `owner`: the job's user, where it isn't the server's.
    static Result<CommandFiles> make(const std::filesystem::path& directory, std::optional<uid_t> owner);

    CommandFiles(CommandFiles&& other) noexcept = default;
    CommandFiles& operator=(CommandFiles&&) = delete;
    ~CommandFiles();

    /// GITHUB_ENV, GITHUB_PATH, GITHUB_OUTPUT, GITHUB_STATE and GITHUB_STEP_SUMMARY.
    Assignments variables() const;

    /// What the step wrote. It may have put anything in a file's place: only a regular file is read, and not all of a
    /// huge one (`too_large`).
    Result<std::string> environment() const { return read("set_env"); }
    Result<std::string> path() const { return read("add_path"); }
    Result<std::string> outputs() const { return read("set_output"); }
    /// At most max_summary_bytes of it, as on GitHub.
    Result<std::string> summary() const { return read("step_summary", max_summary_bytes); }

private:
    CommandFiles() = default;
    std::filesystem::path file(const char* kind) const;
    Result<std::string> read(const char* kind, std::size_t limit = max_environment_file_bytes) const;

    std::filesystem::path directory_;
    std::string id_;
};

/// Makes a new file that only its owner may change; the directory may be the job's.
Result<void> write_new_file(const std::filesystem::path& path, std::string_view content, std::optional<uid_t> owner);

}  // namespace flux::providers::local
