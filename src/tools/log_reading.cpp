#include "tools/log_reading.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "logs/visible_text.hpp"
#include "tools/failure_marks.hpp"

namespace flux::tools {

namespace {

/// How far before the end of a failed step the cause is looked for.
constexpr std::size_t searched_lines = 5000;
constexpr std::size_t searched_bytes = 1 << 20;
constexpr std::size_t lines_before_mark = 4;
constexpr std::size_t lines_after_mark = 10;
/// A block costs this much beside its lines: its heading, or its members in JSON.
constexpr std::size_t block_cost = 140;

struct Shown {
    logs::Line line;
    std::string text;
};

std::size_t longest_line(std::size_t bytes) { return std::clamp<std::size_t>(bytes / 2, 120, 4000); }

Shown show(const logs::Line& line, const LogTaste& taste, std::size_t limit) {
    return {line, shown_line(line, taste.timestamps, limit)};
}

/// The last of `lines` that fit, oldest first.
std::vector<Shown> last_that_fit(const std::vector<logs::Line>& lines, LogBudget budget, const LogTaste& taste) {
    std::vector<Shown> result;
    const auto limit = longest_line(budget.bytes);
    std::size_t spent = 0;
    for (auto line = lines.rbegin(); line != lines.rend() && result.size() < budget.lines; ++line) {
        auto shown = show(*line, taste, limit);
        spent += cost_of(shown.text);
        if (spent > budget.bytes && !result.empty()) break;
        result.push_back(std::move(shown));
    }
    std::reverse(result.begin(), result.end());
    return result;
}

/// The lines around what looks most like a cause, the first such place first, as far as they fit.
std::vector<Shown> likely_causes(const std::vector<logs::Line>& lines, LogBudget budget, const LogTaste& taste) {
    struct Place {
        std::size_t index;
        int weight;
    };
    std::vector<Place> places;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto text = logs::visible_text(lines[i].text, logs::Escapes::none);
        if (const int weight = failure_weight(text); weight >= 2) places.push_back({i, weight});
    }
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.weight > b.weight; });

    std::set<std::size_t> chosen;
    const auto limit = longest_line(budget.bytes);
    std::size_t spent = 0;
    bool full = false;
    const auto take = [&](std::size_t index) {
        if (full || chosen.contains(index)) return;
        const auto cost = cost_of(shown_line(lines[index], taste.timestamps, limit));
        full = chosen.size() >= budget.lines || spent + cost > budget.bytes;
        if (full) return;
        spent += cost;
        chosen.insert(index);
    };
    for (const auto& place : places) {
        // The line itself first: where the room ends, its surroundings are what is missing.
        take(place.index);
        const auto end = std::min(lines.size(), place.index + 1 + lines_after_mark);
        for (auto i = place.index + 1; i < end; ++i) take(i);
        const auto begin = place.index - std::min(place.index, lines_before_mark);
        for (auto i = place.index; i > begin; --i) take(i - 1);
        if (full) break;
    }
    std::vector<Shown> result;
    for (const auto index : chosen) result.push_back(show(lines[index], taste, limit));
    return result;
}

builds::LogQuery query_for(const builds::Run& run, const builds::Job& job, const LogTaste& taste) {
    builds::LogQuery query;
    query.run = run.id;
    query.attempt = run.attempt;
    query.job = job.id;
    query.at_least = taste.at_least;
    return query;
}

struct PartRead {
    std::vector<Shown> lines;
    std::int64_t job_total = 0;
};

async::Task<Result<PartRead>> read_part(builds::Provider& provider, builds::LogQuery query, LogPart part,
                                        LogBudget budget, LogTaste taste) {
    const auto searching = part.failed && taste.at_least <= logs::Level::plain;
    query.first_line = part.first_line;
    query.last_line = part.last_line;
    query.from_end = true;
    query.max_lines = searching ? searched_lines : budget.lines;
    query.max_bytes = searching ? searched_bytes : std::max<std::size_t>(budget.bytes, 1024);
    auto page = co_await provider.read_log(query);
    if (!page) co_return fail(std::move(page.error()));

    PartRead result;
    result.job_total = page->total_lines;
    auto& lines = page->lines;
    result.lines = last_that_fit(lines, budget, taste);
    const auto left_out = lines.size() - result.lines.size();
    if (!searching || left_out == 0) co_return result;

    // Two fifths of the room for the cause, if it isn't at the end; what it doesn't need stays with the end.
    const std::vector<logs::Line> earlier{lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(left_out)};
    const LogBudget for_cause{std::max<std::size_t>(budget.lines * 2 / 5, 1), budget.bytes * 2 / 5};
    auto cause = likely_causes(earlier, for_cause, taste);
    if (cause.empty()) co_return result;
    std::size_t spent = 0;
    for (const auto& shown : cause) spent += cost_of(shown.text);
    const LogBudget for_end{budget.lines - std::min(cause.size(), budget.lines - 1), budget.bytes - spent};
    auto end = last_that_fit(lines, for_end, taste);
    result.lines = std::move(cause);
    for (auto& shown : end) result.lines.push_back(std::move(shown));
    co_return result;
}

void spend(LogBudget& budget, const std::vector<Shown>& lines) {
    std::size_t bytes = block_cost;
    for (const auto& shown : lines) bytes += cost_of(shown.text);
    budget.bytes -= std::min(budget.bytes, bytes);
    budget.lines -= std::min(budget.lines, lines.size());
}

bool is_in(const std::vector<LogPart>& parts, const builds::Job& job, const logs::Line& line) {
    return std::any_of(parts.begin(), parts.end(), [&](const LogPart& part) {
        return part.job->id == job.id && (part.step == nullptr || part.step->number == line.step);
    });
}

}  // namespace

async::Task<Result<LogExcerpt>> read_ends(builds::Provider& provider, const builds::Run& run,
                                          std::vector<LogPart> parts, LogBudget budget, LogTaste taste) {
    LogExcerpt excerpt;
    excerpt.cursor.run = run.id;
    excerpt.cursor.attempt = run.attempt;
    for (const auto& job : run.jobs) {
        if (job.log_lines > 0) excerpt.cursor.next[job.id] = job.log_lines + 1;
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& part = parts[i];
        const auto sharers = parts.size() - i;
        const LogBudget share{std::max<std::size_t>(budget.lines / sharers, 1), budget.bytes / sharers};
        excerpt.omitted += part.last_line - part.first_line + 1;
        if (share.bytes <= block_cost || budget.lines == 0) continue;

        const LogBudget inside{share.lines, share.bytes - block_cost};
        auto read = co_await read_part(provider, query_for(run, *part.job, taste), part, inside, taste);
        if (!read) co_return fail(std::move(read.error()));
        spend(budget, read->lines);
        for (const auto& shown : read->lines) append(excerpt.blocks, *part.job, shown.line, shown.text);
        excerpt.omitted -= static_cast<std::int64_t>(read->lines.size());
    }
    co_return excerpt;
}

async::Task<Result<LogExcerpt>> read_on(builds::Provider& provider, const builds::Run& run, logs::LogCursor cursor,
                                        std::vector<const builds::Job*> jobs, std::vector<LogPart> parts,
                                        LogBudget budget, LogTaste taste) {
    LogExcerpt excerpt;
    excerpt.cursor = std::move(cursor);
    excerpt.cursor.attempt = run.attempt;
    const auto limit = longest_line(budget.bytes);
    std::size_t shown_lines = 0;
    std::size_t spent = 0;
    for (const auto* job : jobs) {
        auto& cursor_now = excerpt.cursor;
        const auto next = cursor_now.next_line(job->id);
        if (job->log_lines < next) continue;
        if (shown_lines >= budget.lines || spent + block_cost >= budget.bytes) {
            excerpt.more = true;
            break;
        }
        auto query = query_for(run, *job, taste);
        query.first_line = next;
        query.max_lines = budget.lines - shown_lines;
        query.max_bytes = std::max<std::size_t>(budget.bytes - spent, 1024);
        auto page = co_await provider.read_log(query);
        if (!page) co_return fail(std::move(page.error()));

        spent += block_cost;
        auto reached = page->lines.empty() ? page->total_lines : next - 1;
        for (const auto& line : page->lines) {
            if (parts.empty() || is_in(parts, *job, line)) {
                const auto shown = shown_line(line, taste.timestamps, limit);
                if (spent + cost_of(shown) > budget.bytes && shown_lines > 0) break;
                spent += cost_of(shown);
                ++shown_lines;
                append(excerpt.blocks, *job, line, shown);
            }
            reached = line.number;
        }
        cursor_now.next[job->id] = reached + 1;
        if (reached < page->total_lines) excerpt.more = true;
    }
    co_return excerpt;
}

}  // namespace flux::tools
