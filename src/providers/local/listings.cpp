#include "providers/local/listings.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "providers/local/run_preparation.hpp"

namespace flux::providers::local {

namespace {

constexpr std::size_t largest_page = 100;

Result<std::int64_t> place_of(const std::string& cursor) {
    if (cursor.empty()) return 0;
    const auto place = to_integer(cursor);
    if (place && *place > 0) return *place;
    return fail(Errc::invalid_argument, "`cursor` isn't one that a page gave. Leave it out for the first page.");
}

/// One more than the page, to know whether there is a next one.
builds::ListQuery with_one_more(builds::ListQuery query) {
    query.limit = std::clamp<std::size_t>(query.limit, 1, largest_page) + 1;
    return query;
}

template <class Item>
builds::Page<Item> page_of(const std::vector<Item>& all, const builds::ListQuery& query, std::int64_t from) {
    builds::Page<Item> page;
    const auto limit = std::clamp<std::size_t>(query.limit, 1, largest_page);
    for (auto i = static_cast<std::size_t>(from); i < all.size(); ++i) {
        if (page.items.size() == limit) {
            page.cursor = std::to_string(i);
            break;
        }
        page.items.push_back(all[i]);
    }
    return page;
}

}  // namespace

Result<builds::Page<builds::Run>> Listings::runs(const builds::ListQuery& query) const {
    const auto before = place_of(query.cursor);
    if (!before) return fail(before.error());
    const auto more = with_one_more(query);
    auto records_found = workshop_.records.list(more, *before);
    builds::Page<builds::Run> page;
    for (auto& record : records_found) {
        if (page.items.size() + 1 == more.limit) {
            page.cursor = std::to_string(page.items.back().id);
            break;
        }
        const auto execution = runs_.find(record.run.id);
        page.items.push_back(execution ? execution->snapshot() : creation_.shown(std::move(record)));
        page.items.back().jobs.clear();
    }
    return page;
}

Result<builds::Page<builds::Preview>> Listings::previews(const builds::ListQuery& query) const {
    const auto before = place_of(query.cursor);
    if (!before) return fail(before.error());
    const auto more = with_one_more(query);
    auto records_found = workshop_.records.list_previews(more, *before);
    builds::Page<builds::Preview> page;
    for (auto& record : records_found) {
        if (page.items.size() + 1 == more.limit) {
            page.cursor = std::to_string(page.items.back().run_id);
            break;
        }
        page.items.push_back(creation_.shown(std::move(record)).preview);
    }
    return page;
}

Result<builds::Page<builds::Branch>> Listings::branches(const builds::ListQuery& query) const {
    const auto from = place_of(query.cursor);
    if (!from) return fail(from.error());
    auto all = workshop_.repository.branches();
    if (!all) return fail(std::move(all.error()));
    std::erase_if(*all, [&](const auto& branch) { return branch.name.find(query.branch) == std::string::npos; });
    return page_of(*all, query, *from);
}

Result<builds::Page<builds::Workflow>> Listings::workflows(const builds::ListQuery& query) const {
    const auto from = place_of(query.cursor);
    if (!from) return fail(from.error());
    auto name = query.branch.empty() ? workshop_.repository.default_branch() : Result<std::string>{query.branch};
    auto branch = std::move(name).and_then([](const std::string& text) { return builds::BranchName::parse(text); });
    if (!branch) return fail(std::move(branch.error()));
    const auto head = workshop_.repository.head_of(*branch);
    if (!head) return fail(head.error());
    auto all = describe_workflows(workshop_.repository, head->head_sha);
    if (!all) return fail(std::move(all.error()));
    std::erase_if(*all, [&](const auto& one) { return !query.workflow.empty() && one.file != query.workflow; });
    return page_of(*all, query, *from);
}

}  // namespace flux::providers::local
