#include "providers/local/artifact_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include "base/id.hpp"
#include "base/text.hpp"
#include "providers/local/digest.hpp"

namespace flux::providers::local {
namespace {

namespace fs = std::filesystem;

std::string checked_name_problem(std::string_view name) {
    if (name.empty() || name.size() > 255) return "An artifact's name has between 1 and 255 bytes.";
    if (name == "." || name == "..") return "An artifact can't be called `.` or `..`.";
    if (name.find_first_of("\":<>|*?\r\n\\/") != std::string_view::npos)
        return "An artifact's name can't hold any of \" : < > | * ? \\ / or a line break.";
    return is_utf8(name) ? "" : "An artifact's name has to be UTF-8.";
}

}  // namespace

std::filesystem::path ArtifactStore::place_of(const std::string& name) const {
    // The name as hex: two names that a file system would take for one stay two.
    return directory_ / ("artifact-" + to_hex(name.substr(0, 120)) +
                         (name.size() > 120 ? "-" + std::to_string(std::hash<std::string>{}(name)) : ""));
}

Result<ArtifactStore::Artifact> ArtifactStore::store(const std::string& name, const WorkspaceFiles& root,
                                                     const std::vector<WorkspaceFiles::File>& files,
                                                     const std::string& prefix, bool overwrite) {
    if (auto problem = checked_name_problem(name); !problem.empty())
        return fail(Errc::invalid_argument, std::move(problem));
    if (!overwrite && has(name))
        return fail(Errc::conflict,
                    fmt::format("Failed to CreateArtifact: Received non-retryable error: (409) Conflict: an artifact "
                                "with the name `{}` already exists on the workflow run. Choose another name, or set "
                                "`overwrite: true`.",
                                name));

    const auto making = directory_ / (".making-" + random_id(8));
    std::error_code failed;
    fs::create_directories(making / "files", failed);
    if (failed) return fail(Errc::unavailable, "The artifact can't be stored: " + failed.message() + ".");

    Artifact artifact;
    artifact.name = name;
    Digest digest;
    for (const auto& file : files) {
        const auto inner = file.path.substr(file.path.starts_with(prefix) ? prefix.size() : 0);
        const auto target = making / "files" / inner;
        fs::create_directories(target.parent_path(), failed);
        // What grew since it was listed may grow a little more, not without end.
        auto copied = root.copy(file.path, target, file.bytes + 64ULL * 1024 * 1024);
        if (failed || !copied) {
            fs::remove_all(making, failed);
            return fail(Errc::unavailable, copied ? "The artifact can't be stored." : copied.error().message);
        }
        digest.add(inner);
        digest.add({"\0", 1});
        digest.add(std::to_string(*copied));
        std::ifstream stream{target, std::ios::binary};
        std::array<char, 65536> bytes{};
        while (stream.read(bytes.data(), bytes.size()), stream.gcount() > 0)
            digest.add({bytes.data(), static_cast<std::size_t>(stream.gcount())});
        artifact.bytes += *copied;
        ++artifact.files;
    }
    artifact.digest = to_hex(digest.finish());
    artifact.id = std::to_string(1 + names().size());
    std::ofstream{making / "name"} << name;

    const auto place = place_of(name);
    if (overwrite) fs::remove_all(place, failed);
    fs::rename(making, place, failed);
    if (failed) {
        fs::remove_all(making, failed);
        return fail(Errc::conflict, fmt::format("An artifact with the name `{}` was stored meanwhile.", name));
    }
    return artifact;
}

std::vector<std::string> ArtifactStore::names() const {
    std::vector<std::string> names;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator{directory_, failed}) {
        if (!entry.path().filename().string().starts_with("artifact-")) continue;
        std::ifstream stream{entry.path() / "name"};
        std::string name{std::istreambuf_iterator<char>{stream}, {}};
        if (!name.empty()) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool ArtifactStore::has(const std::string& name) const {
    std::error_code ignored;
    return fs::exists(place_of(name), ignored);
}

std::filesystem::path ArtifactStore::files_of(const std::string& name) const { return place_of(name) / "files"; }

}  // namespace flux::providers::local
