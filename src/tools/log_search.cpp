#include "tools/log_search.hpp"

#include <algorithm>
#include <utility>

#include "logs/visible_text.hpp"

namespace flux::tools {

namespace {

using std::chrono::steady_clock;

/// Of one question to the provider.
constexpr std::size_t page_lines = 20'000;
constexpr std::size_t page_bytes = std::size_t{1} << 20;

std::vector<std::int64_t> matching(const std::vector<logs::Line>& lines, const logs::LinePattern& pattern) {
    std::vector<std::int64_t> numbers;
    for (const auto& line : lines) {
        if (pattern.matches(logs::visible_text(line.text, logs::Escapes::none))) numbers.push_back(line.number);
    }
    return numbers;
}

builds::LogQuery query_for(const builds::Run& run, const builds::Job& job) {
    builds::LogQuery query;
    query.run = run.id;
    query.attempt = run.attempt;
    query.job = job.id;
    return query;
}

}  // namespace

async::Task<Result<SearchFindings>> search_lines(builds::Provider& provider, async::BlockingPool& pool,
                                                 SearchPlace place, logs::LinePattern pattern, std::size_t limit,
                                                 steady_clock::time_point end) {
    SearchFindings findings;
    findings.reached = std::move(place.from);
    findings.reached.attempt = place.run.attempt;
    for (const auto& part : place.parts) {
        const auto job = part.job->id;
        auto query = query_for(place.run, *part.job);
        query.first_line = std::max(part.first_line, findings.reached.next_line(job));
        query.last_line = part.last_line;
        query.max_lines = page_lines;
        query.max_bytes = page_bytes;
        while (query.first_line <= query.last_line) {
            if (steady_clock::now() >= end) {
                findings.complete = false;
                co_return findings;
            }
            auto page = co_await provider.read_log(query);
            if (!page) co_return fail(std::move(page.error()));
            if (page->lines.empty()) break;
            query.first_line = page->lines.back().number + 1;
            auto match = [lines = std::move(page->lines), pattern] { return matching(lines, pattern); };
            auto matched = pool.run(std::move(match));
            for (const auto number : co_await std::move(matched)) {
                ++findings.total;
                if (findings.hits.size() < limit) findings.hits.push_back({part.job, number});
            }
            findings.reached.next[job] = query.first_line;
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
