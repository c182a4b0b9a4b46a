#include "providers/github/listings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "net/url.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/run_mapping.hpp"

namespace flux::providers::github {

namespace {

constexpr std::size_t largest_page = 100;
constexpr std::size_t most_branches = 1000;
/// Subjects and times of heads are a request each.
constexpr std::size_t most_heads = 10;

Result<std::int64_t> place_of(const std::string& cursor) {
    if (cursor.empty()) return 0;
    const auto place = to_integer(cursor);
    if (place && *place > 0) return *place;
    return fail(Errc::invalid_argument, "`cursor` is not one that a list gave. Leave it out for the first page.",
                "cursor_damaged");
}

template <class Item>
builds::Page<Item> page_of(std::vector<Item> all, const builds::ListQuery& query, std::int64_t from) {
    builds::Page<Item> page;
    const auto limit = std::clamp<std::size_t>(query.limit, 1, largest_page);
    for (auto i = static_cast<std::size_t>(from); i < all.size(); ++i) {
        if (page.items.size() == limit) {
            page.cursor = std::to_string(i);
            break;
        }
        page.items.push_back(std::move(all[i]));
    }
    return page;
}

}  // namespace

async::Task<Result<builds::Page<builds::Run>>> Listings::runs(builds::ListQuery query) {
    const auto place = place_of(query.cursor);
    if (!place) co_return fail(place.error());
    const auto limit = std::clamp<std::size_t>(query.limit, 1, largest_page);
    const auto number = std::max<std::int64_t>(*place, 1);
    auto path = query.workflow.empty()
                    ? std::string{"/actions/runs"}
                    : fmt::format("/actions/workflows/{}/runs", net::percent_encoded(bare_file(query.workflow)));
    path += fmt::format("?exclude_pull_requests=true&per_page={}&page={}", limit, number);
    if (!query.branch.empty()) path += "&branch=" + net::percent_encoded(query.branch);
    // GitHub's filter doesn't know this one word of its own.
    const bool filtered_here = query.status == "startup_failure";
    if (!query.status.empty() && !filtered_here) path += "&status=" + net::percent_encoded(query.status);

    auto reply = co_await api_.get(api_.of_repository(path), json_media, query.principal);
    if (!reply) co_return fail(std::move(reply.error()));
    if (reply->status == 404 && !query.workflow.empty()) {
        co_return fail(Errc::not_found,
                       fmt::format("GitHub knows no workflow `{}` in {}.", workflow_path(bare_file(query.workflow)),
                                   api_.repository()),
                       "workflow_not_found");
    }
    if (reply->status != 200) co_return fail(api_.error_of(*reply, "list the runs"));
    const auto tree = tree_of(reply->body);
    if (!tree) co_return fail(tree.error());
    const auto items = list_in(*tree, "workflow_runs");
    if (!items) co_return fail(items.error());
    builds::Page<builds::Run> page;
    for (const auto& item : *items) {
        auto run = run_from(as_object(item));
        if (filtered_here && run.conclusion != builds::Conclusion::startup_failure) continue;
        page.items.push_back(std::move(run));
    }
    const auto total = number_of(as_object(*tree), "total_count");
    if (items->size() == limit && number * static_cast<std::int64_t>(limit) < total)
        page.cursor = std::to_string(number + 1);
    auto recalled = [this, page = std::move(page)]() mutable {
        for (auto& run : page.items) {
            const auto known = records_.find_preview(run.id);
            if (known && known->attempt == run.attempt) run.preview = known->preview;
        }
        return std::move(page);
    };
    auto recalling = pool_.run(std::move(recalled));
    co_return co_await std::move(recalling);
}

async::Task<Result<builds::Page<builds::Preview>>> Listings::previews(builds::ListQuery query) {
    const auto before = place_of(query.cursor);
    if (!before) co_return fail(before.error());
    const auto limit = std::clamp<std::size_t>(query.limit, 1, largest_page);
    auto work = [this, query, before = *before, limit] {
        return records_.previews(query.branch, query.status, before, limit + 1);
    };
    auto reading = pool_.run(std::move(work));
    builds::Page<builds::Preview> page;
    page.items = co_await std::move(reading);
    if (page.items.size() > limit) {
        page.items.pop_back();
        page.cursor = std::to_string(page.items.back().run_id);
    }
    co_return page;
}

async::Task<> Listings::add_head(builds::Branch& branch, std::string principal) {
    const auto tree = co_await api_.get_json(api_.of_repository("/commits/" + net::percent_encoded(branch.head_sha)),
                                             "read a commit", std::move(principal));
    if (!tree) co_return;
    const auto& commit = object_of(as_object(*tree), "commit");
    const auto message = text_of(commit, "message");
    branch.subject = message.substr(0, message.find('\n'));
    branch.committed_at = time_of(object_of(commit, "committer"), "date").value_or(WallTime{});
}

async::Task<Result<builds::Page<builds::Branch>>> Listings::branches(builds::ListQuery query) {
    const auto from = place_of(query.cursor);
    if (!from) co_return fail(from.error());
    auto all = co_await files_.branches(query.branch, most_branches, query.principal);
    if (!all) co_return fail(std::move(all.error()));
    auto page = page_of(*std::move(all), query, *from);
    for (std::size_t i = 0; i < page.items.size() && i < most_heads; ++i)
        co_await add_head(page.items[i], query.principal);
    co_return page;
}

async::Task<Result<builds::Page<builds::Workflow>>> Listings::workflows(builds::ListQuery query) {
    const auto from = place_of(query.cursor);
    if (!from) co_return fail(from.error());
    auto name = query.branch;
    if (name.empty()) {
        auto usual = co_await files_.default_branch(query.principal);
        if (!usual) co_return fail(std::move(usual.error()));
        name = *std::move(usual);
    }
    auto branch = builds::BranchName::parse(name);
    if (!branch) co_return fail(std::move(branch.error()));
    auto head = co_await files_.head_of(*std::move(branch), query.principal);
    if (!head) co_return fail(std::move(head.error()));
    auto all = co_await files_.describe(*std::move(head), query.principal);
    if (!all) co_return fail(std::move(all.error()));
    const auto wanted = bare_file(query.workflow);
    std::erase_if(*all, [&](const auto& one) { return !wanted.empty() && one.file != wanted; });
    co_return page_of(*std::move(all), query, *from);
}

}  // namespace flux::providers::github
