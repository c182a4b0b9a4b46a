#include "providers/github/comparisons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/text.hpp"
#include "providers/github/api_text.hpp"

namespace flux::providers::github {

namespace {

/// Commits of a comparison, and of one page of it.
constexpr std::int64_t most_commits = 50;
/// GitHub names so many files and counts no further.
constexpr std::size_t most_files = 300;
constexpr std::size_t most_kept = 64;

/// Git's object ids, SHA-1 or SHA-256: whatever else names a commit may name another one tomorrow.
bool is_commit_id(std::string_view text) {
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return (text.size() == 40 || text.size() == 64) && std::ranges::all_of(text, is_hex);
}

std::string page_path(const ApiClient& api, const std::string& base, const std::string& head, std::int64_t page) {
    return api.of_repository(fmt::format("/compare/{}...{}?per_page={}&page={}", base, head, most_commits, page));
}

builds::Commit commit_from(const boost::json::object& item) {
    const auto& commit = object_of(item, "commit");
    const auto message = text_of(commit, "message");
    return {.sha = text_of(item, "sha"),
            .subject = to_utf8(message.substr(0, message.find('\n'))),
            .author = to_utf8(text_of(object_of(commit, "author"), "name")),
            .committed_at = time_of(object_of(commit, "committer"), "date").value_or(WallTime{})};
}

}  // namespace

std::vector<std::int64_t> pages_of_newest(std::int64_t total_commits) {
    if (total_commits <= most_commits) return {};
    const auto last = (total_commits + most_commits - 1) / most_commits;
    // A last page that isn't full needs the one before it, unless that is the first.
    if (total_commits % most_commits == 0 || last == 2) return {last};
    return {last - 1, last};
}

builds::Comparison comparison_from(const boost::json::object& first, const boost::json::array& commits) {
    builds::Comparison comparison;
    comparison.total_commits = static_cast<std::size_t>(std::max<std::int64_t>(number_of(first, "total_commits"), 0));
    for (auto item = commits.rbegin(); item != commits.rend() && std::ssize(comparison.commits) < most_commits; ++item)
        comparison.commits.push_back(commit_from(as_object(*item)));
    const auto& files = array_of(first, "files");
    comparison.total_files = files.size();
    comparison.more_files = files.size() >= most_files;
    for (const auto& item : files) {
        if (comparison.files.size() == most_files) break;
        const auto& file = as_object(item);
        comparison.files.push_back({.path = to_utf8(text_of(file, "filename")),
                                    .added = number_of(file, "additions"),
                                    .removed = number_of(file, "deletions")});
    }
    return comparison;
}

std::optional<builds::Comparison> Comparisons::find(const Pair& pair) const {
    const std::scoped_lock lock{mutex_};
    const auto found = known_.find(pair);
    if (found == known_.end()) return {};
    return found->second;
}

void Comparisons::keep(Pair pair, const builds::Comparison& comparison) {
    const std::scoped_lock lock{mutex_};
    if (!known_.emplace(pair, comparison).second) return;
    order_.push_back(std::move(pair));
    if (order_.size() <= most_kept) return;
    known_.erase(order_.front());
    order_.pop_front();
}

async::Task<Result<std::optional<builds::Comparison>>> Comparisons::between(std::string base, std::string head) {
    using Found = std::optional<builds::Comparison>;
    if (!is_commit_id(base) || !is_commit_id(head)) co_return Found{};
    const Pair pair{base, head};
    if (auto known = find(pair)) co_return known;

    auto reply = co_await api_.get(page_path(api_, base, head, 1));
    if (!reply) co_return fail(std::move(reply.error()));
    if (reply->status == 404) co_return Found{};
    if (reply->status != 200) co_return fail(api_.error_of(*reply, "compare two commits"));
    const auto tree = tree_of(reply->body);
    if (!tree) co_return fail(tree.error());
    const auto& first = as_object(*tree);
    const auto pages = pages_of_newest(number_of(first, "total_commits"));
    boost::json::array commits;
    // Those of the first page are left out where they aren't next to the newest: a list with a gap would be a lie.
    if (pages.empty() || pages.front() == 2) commits = array_of(first, "commits");
    for (const auto page : pages) {
        const auto more = co_await api_.get_json(page_path(api_, base, head, page), "compare two commits");
        if (!more) co_return fail(more.error());
        const auto& items = array_of(as_object(*more), "commits");
        commits.insert(commits.end(), items.begin(), items.end());
    }
    auto comparison = comparison_from(first, commits);
    keep(pair, comparison);
    co_return Found{std::move(comparison)};
}

}  // namespace flux::providers::github
