#include "tools/log_search.hpp"

#include <algorithm>
#include <utility>

namespace flux::tools {

namespace {

using std::chrono::steady_clock;

builds::LogQuery query_for(const builds::Run& run, const builds::Job& job) {
    builds::LogQuery query;
    query.run = run.id;
    query.attempt = run.attempt;
    query.job = job.id;
    return query;
}

}  // namespace

async::Task<Result<SearchFindings>> search_lines(builds::Provider& provider, SearchPlace place,
                                                 logs::LinePattern pattern, std::size_t limit,
                                                 steady_clock::time_point end) {
    SearchFindings findings;
    findings.reached = std::move(place.from);
    findings.reached.attempt = place.run.attempt;
    for (const auto& part : place.parts) {
        const auto job = part.job->id;
        auto next = std::max(part.first_line, findings.reached.next_line(job));
        while (next <= part.last_line) {
            if (steady_clock::now() >= end) {
                findings.complete = false;
                co_return findings;
            }
            builds::LogSearch search{.run = place.run.id, .attempt = place.run.attempt, .job = job, .pattern = pattern};
            search.lines.first_line = next;
            search.lines.last_line = part.last_line;
            search.lines.limit = limit - findings.hits.size();
            const auto found = co_await provider.search_log(std::move(search));
            if (!found) co_return fail(found.error());
            if (found->next_line <= next) break;
            next = found->next_line;
            findings.total += found->total;
            for (const auto line : found->lines) findings.hits.push_back({part.job, line});
            findings.reached.next[job] = next;
        }
    }
    co_return findings;
}

async::Task<Result<std::vector<logs::Line>>> read_around(builds::Provider& provider, const builds::Run& run,
                                                         SearchHit hit, std::int64_t context) {
    auto query = query_for(run, *hit.job);
    query.first_line = std::max<std::int64_t>(hit.line - context, 1);
    query.last_line = hit.line + context;
    query.max_lines = static_cast<std::size_t>(2 * context + 1);
    auto page = co_await provider.read_log(query);
    if (!page) co_return fail(std::move(page.error()));
    co_return std::move(page->lines);
}

}  // namespace flux::tools
