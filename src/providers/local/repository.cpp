#include "providers/local/repository.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "providers/local/process.hpp"

namespace flux::providers::local {

namespace {

constexpr int git_seconds = 30;
constexpr std::size_t output_limit = std::size_t{32} * 1024 * 1024;
constexpr std::string_view heads = "refs/heads/";
constexpr std::string_view origin = "refs/remotes/origin/";

const std::string& git_program() {
    static const std::string found = [] {
        for (const char* place : {"/usr/bin/git", "/usr/local/bin/git", "/bin/git"}) {
            if (std::filesystem::exists(place)) return std::string{place};
        }
        return std::string{};
    }();
    return found;
}

Error unusable(std::string message) { return {Errc::unavailable, std::move(message), "repository_unusable", {}}; }

Launch launch_of(const std::filesystem::path& repository, std::vector<std::string> arguments) {
    Launch launch;
    launch.arguments = {git_program(),
                        "--no-pager",
                        "--no-replace-objects",
                        "--literal-pathspecs",
                        "-c",
                        "core.hooksPath=/dev/null",
                        "-c",
                        "core.fsmonitor=false",
                        "-c",
                        "protocol.allow=never",
                        "-c",
                        "safe.directory=*",
                        "-C",
                        repository.string()};
    std::move(arguments.begin(), arguments.end(), std::back_inserter(launch.arguments));
    launch.environment = {
        {"PATH", "/usr/local/bin:/usr/bin:/bin"},
        {"HOME", "/nonexistent"},
        {"LC_ALL", "C.UTF-8"},
        {"GIT_CONFIG_NOSYSTEM", "1"},
        {"GIT_CONFIG_GLOBAL", "/dev/null"},
        {"GIT_TERMINAL_PROMPT", "0"},
        {"GIT_OPTIONAL_LOCKS", "0"},
        {"GIT_NO_LAZY_FETCH", "1"},
        // A folder that merely lies inside a repository isn't one.
        {"GIT_CEILING_DIRECTORIES", repository.parent_path().string()},
    };
    launch.merged_output = false;
    launch.dies_with_thread = true;
    return launch;
}

struct TreeEntry {
    bool is_file = false;
    std::size_t size = 0;
    std::string path;
};

/// One of `git ls-tree -z --long`: `<mode> SP <type> SP <sha> SP* <size> TAB <path>`.
std::optional<TreeEntry> tree_entry(std::string_view text) {
    const auto tab = text.find('\t');
    if (tab == std::string_view::npos) return {};
    const auto facts = text.substr(0, tab);
    const auto size = to_integer(facts.substr(facts.rfind(' ') + 1));
    return TreeEntry{.is_file = facts.starts_with("100") && size,
                     .size = static_cast<std::size_t>(size.value_or(0)),
                     .path = std::string{text.substr(tab + 1)}};
}

std::string name_of_reference(std::string_view reference) {
    if (reference.starts_with(heads)) return std::string{reference.substr(heads.size())};
    return std::string{reference.substr(origin.size())};
}

bool is_commit_id(std::string_view text) {
    return (text.size() == 40 || text.size() == 64) &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<std::string> Repository::git(std::vector<std::string> arguments) const {
    if (git_program().empty()) return fail(unusable("The program `git` isn't installed on the server. Install it."));
    std::error_code ignored;
    if (path_.empty() || !std::filesystem::is_directory(path_, ignored)) {
        return fail(
            unusable("The server's repository doesn't exist. Set FLUX_REPO to the folder of a git repository."));
    }
    const auto what = arguments.front();
    auto ended = run_program(launch_of(std::filesystem::absolute(path_).lexically_normal(), std::move(arguments)),
                             git_seconds, output_limit);
    if (!ended) return fail(std::move(ended.error()));
    if (ended->exit_code != 0) {
        return fail(Errc::not_found, fmt::format("`git {}` ended with exit code {}.", what, ended->exit_code));
    }
    return std::move(ended->output);
}

Result<std::filesystem::path> Repository::git_directory() const {
    auto found = git({"rev-parse", "--path-format=absolute", "--git-common-dir"});
    if (found) return std::filesystem::path{std::string{trimmed(*found)}};
    if (found.error().code != Errc::not_found) return fail(std::move(found.error()));
    return fail(unusable("FLUX_REPO isn't a git repository. Run `git init` and commit there, or name another folder."));
}

Result<std::string> Repository::default_branch() const {
    const auto head = git({"symbolic-ref", "--quiet", "HEAD"});
    if (head && head->starts_with(heads)) return std::string{trimmed(std::string_view{*head}.substr(heads.size()))};
    const auto known = branches();
    if (!known) return fail(known.error());
    for (const char* usual : {"main", "master"}) {
        if (std::ranges::any_of(*known, [&](const auto& branch) { return branch.name == usual; })) return usual;
    }
    return known->empty() ? "main" : known->front().name;
}

Result<std::vector<builds::Branch>> Repository::references(const std::vector<std::string>& patterns) const {
    std::vector<std::string> arguments{
        "for-each-ref", "--sort=-committerdate",
        "--format=%(symref)%00%(objecttype)%00%(refname)%00%(objectname)%00%(committerdate:unix)%00%(subject)"};
    arguments.insert(arguments.end(), patterns.begin(), patterns.end());
    const auto listed = git(std::move(arguments));
    if (!listed) {
        // That it is no repository is the better news, if it is so.
        auto directory = git_directory();
        return directory ? fail(listed.error()) : fail(std::move(directory.error()));
    }
    std::vector<builds::Branch> found;
    std::set<std::string, std::less<>> local;
    std::vector<builds::Branch> remote;
    for (const auto line : split(*listed, '\n')) {
        const auto fields = split(line, '\0');
        if (fields.size() < 6 || !fields[0].empty() || fields[1] != "commit") continue;
        builds::Branch branch{
            .name = name_of_reference(fields[2]),
            .head_sha = std::string{fields[3]},
            .subject = to_utf8(fields[5]),
            .committed_at = WallTime{std::chrono::seconds{to_integer(fields[4]).value_or(0)}},
        };
        if (fields[2].starts_with(heads)) {
            local.insert(branch.name);
            found.push_back(std::move(branch));
        } else {
            remote.push_back(std::move(branch));
        }
    }
    for (auto& branch : remote) {
        if (!local.contains(branch.name)) found.push_back(std::move(branch));
    }
    std::ranges::sort(found, [](const builds::Branch& a, const builds::Branch& b) {
        return std::tie(b.committed_at, a.name) < std::tie(a.committed_at, b.name);
    });
    return found;
}

Result<std::vector<builds::Branch>> Repository::branches() const {
    return references({std::string{heads}, std::string{origin}});
}

Result<builds::Branch> Repository::head_of(const builds::BranchName& branch) const {
    // A pattern also gives what lies below it (`feature` gives `feature/x`), hence the look at the name.
    auto found = references({fmt::format("{}{}", heads, branch.text()), fmt::format("{}{}", origin, branch.text())});
    if (!found) return fail(std::move(found.error()));
    for (auto& one : *found) {
        if (one.name == branch.text()) return std::move(one);
    }
    const auto known = branches();
    if (!known) return fail(known.error());
    if (known->empty()) {
        return fail(Errc::not_found, "The repository has no commit yet. Commit something to a branch first.",
                    "branch_not_found");
    }
    std::vector<std::string> names;
    for (const auto& one : *known) names.push_back(one.name);
    auto near = nearest(branch.text(), names);
    const bool similar = !near.empty();
    if (!similar) near.assign(names.begin(), names.begin() + std::min<std::ptrdiff_t>(5, std::ssize(names)));
    return fail(Errc::not_found,
                fmt::format("There is no branch `{}`. {}: {}.", branch.text(),
                            similar ? "The nearest names" : "Branches that exist", fmt::join(near, ", ")),
                "branch_not_found");
}

Result<std::vector<std::string>> Repository::workflow_files(const std::string& sha) const {
    const auto listed = git({"ls-tree", "-z", "--long", "--full-tree", sha, "--", ".github/workflows/"});
    if (!listed) return fail(listed.error());
    std::vector<std::string> files;
    for (const auto text : split(*listed, '\0')) {
        const auto entry = tree_entry(text);
        if (!entry || !entry->is_file) continue;
        const auto name = entry->path.substr(entry->path.rfind('/') + 1);
        if (name.ends_with(".yml") || name.ends_with(".yaml")) files.push_back(name);
    }
    std::ranges::sort(files);
    return files;
}

Result<std::string> Repository::read_file(const std::string& sha, const std::string& path, std::size_t limit) const {
    const auto listed = git({"ls-tree", "-z", "--long", "--full-tree", sha, "--", path});
    if (!listed) return fail(listed.error());
    const auto entry = tree_entry(split(*listed, '\0').front());
    if (!entry || !entry->is_file || entry->path != path) {
        return fail(Errc::not_found, fmt::format("There is no file `{}` in commit {}.", path, sha.substr(0, 7)));
    }
    if (entry->size > limit) {
        return fail(Errc::too_large, fmt::format("`{}` has {} bytes; at most {} are read.", path, entry->size, limit));
    }
    return git({"cat-file", "blob", fmt::format("{}:{}", sha, path)});
}

Result<builds::Comparison> Repository::compare(const std::string& base, const std::string& head) const {
    constexpr std::size_t most_commits = 50;
    constexpr std::size_t most_files = 300;
    if (!is_commit_id(base) || !is_commit_id(head)) return fail(Errc::not_found, "That is no commit's id.");
    const auto range = fmt::format("{}..{}", base, head);
    const auto counted = git({"rev-list", "--count", range, "--"});
    if (!counted) return fail(counted.error());
    // Fields end with a unit separator and commits with NUL: neither is in a subject or a name.
    const auto listed =
        git({"log", "-z", fmt::format("--max-count={}", most_commits), "--format=%H%x1f%ct%x1f%an%x1f%s", range, "--"});
    if (!listed) return fail(listed.error());
    const auto changed = git({"diff", "--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv",
                              fmt::format("{}...{}", base, head), "--"});
    if (!changed) return fail(changed.error());

    builds::Comparison comparison;
    comparison.total_commits = static_cast<std::size_t>(to_integer(trimmed(*counted)).value_or(0));
    for (const auto text : split(*listed, '\0')) {
        const auto fields = split(text, '\x1f');
        if (fields.size() != 4) continue;
        const auto seconds = to_integer(fields[1]).value_or(0);
        comparison.commits.push_back({.sha = std::string{fields[0]},
                                      .subject = to_utf8(fields[3]),
                                      .author = to_utf8(fields[2]),
                                      .committed_at = WallTime{std::chrono::seconds{seconds}}});
    }
    for (const auto text : split(*changed, '\0')) {
        // The path is the rest, tabs and all.
        const auto first = text.find('\t');
        const auto second = first == std::string_view::npos ? first : text.find('\t', first + 1);
        if (second == std::string_view::npos) continue;
        ++comparison.total_files;
        if (comparison.files.size() == most_files) continue;
        comparison.files.push_back({.path = to_utf8(text.substr(second + 1)),
                                    .added = to_integer(text.substr(0, first)).value_or(0),
                                    .removed = to_integer(text.substr(first + 1, second - first - 1)).value_or(0)});
    }
    return comparison;
}

Result<bool> Repository::has_file(const std::string& sha, const std::string& path) const {
    const auto listed = git({"ls-tree", "-z", "--long", "--full-tree", sha, "--", path});
    if (!listed) return fail(listed.error());
    const auto entry = tree_entry(split(*listed, '\0').front());
    return entry && entry->is_file && entry->path == path;
}

}  // namespace flux::providers::local
