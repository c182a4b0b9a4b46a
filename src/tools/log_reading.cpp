#include "tools/log_reading.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "logs/diagnose.hpp"
#include "logs/folding.hpp"
#include "logs/raw_log.hpp"
#include "tools/answer_size.hpp"
#include "tools/job_text.hpp"

namespace flux::tools {

namespace {

/// How far before the end of a failed step the cause is looked for.
constexpr std::size_t searched_lines = 5000;
constexpr std::size_t searched_bytes = 1 << 20;
/// A part with less room than this for its lines is left out; of many, each may have to do with less than a small part.
constexpr std::size_t least_of_a_part = 120;
constexpr std::size_t small_part = 200;
/// Of a part whose repeats are folded, so that what stands before them is there too.
constexpr std::size_t folded_lines = 1000;
constexpr std::size_t folded_bytes = std::size_t{128} * 1024;

/// A line, or a stretch of lines that are told of in one sentence.
struct Shown {
    logs::Line line;  ///< the first
    std::string text;
    std::int64_t last_line = 0;
    bool folded = false;

    std::int64_t lines() const { return last_line - line.number + 1; }
};

/// What one line may cost of the room that is left: no more than half of it, unless that is little.
std::size_t dearest_line(std::size_t bytes) {
    return std::max(std::min(bytes, small_part), std::min<std::size_t>(bytes / 2, 8000));
}

/// As much of the line as costs at most `cost`.
Shown show(const logs::Line& line, const LogTaste& taste, std::size_t cost) {
    constexpr std::size_t shortest = 8;
    auto limit = cost / 2;
    auto text = shown_line(line, taste.timestamps, limit);
    for (auto spent = cost_of(text); spent > cost && limit > shortest; spent = cost_of(text)) {
        // Escapes and the time of the line count, too. They may stand anywhere in it, so that one look isn't enough.
        limit = std::min(limit - 1, std::min(limit, text.size()) * cost / spent);
        limit = std::max(limit, shortest);
        text = shown_line(line, taste.timestamps, limit);
    }
    return {line, std::move(text), line.number};
}

/// What the dearest block of a job costs beside its lines.
std::size_t block_cost_of(const builds::Job& job) {
    std::size_t cost = cost_of_block(job, {});
    for (const auto& step : job.steps) cost = std::max(cost, cost_of_block(job, step.name));
    return cost;
}

/// Whether `next` goes on where `before` ended, in the same block.
bool follows(const logs::Line& next, const logs::Line& before) {
    return next.number == before.number + 1 && next.step == before.step;
}

bool follows(const Shown& next, const Shown& before) {
    return !next.folded && !before.folded && follows(next.line, before.line);
}

/// Lines with the stretches of them that are told of in one sentence, in their order.
class FoldedView {
public:
    struct Entry {
        std::size_t first = 0;  ///< indexes of lines, inclusive
        std::size_t last = 0;
        std::string remark;  ///< empty: a line that is shown
    };

    /// A stretch costs a block and breaks another in two: it is folded only where that costs less than its lines.
    FoldedView(const std::vector<logs::Line>& lines, const LogTaste& taste, std::size_t block_cost) {
        for (std::size_t begin = 0; begin < lines.size();) {
            auto end = begin + 1;
            while (end < lines.size() && follows(lines[end], lines[end - 1])) ++end;
            add(lines, begin, end, taste, block_cost);
            begin = end;
        }
    }

    const std::vector<Entry>& entries() const { return entries_; }

private:
    /// Lines `begin` to before `end`, which follow each other.
    void add(const std::vector<logs::Line>& lines, std::size_t begin, std::size_t end, const LogTaste& taste,
             std::size_t block_cost) {
        std::vector<std::string_view> texts;
        for (auto i = begin; i < end; ++i) texts.emplace_back(lines[i].text);
        // Whoever asks for times wants each of them.
        const auto view = taste.timestamps ? std::vector<logs::FoldedLines>{} : logs::fold_repeats(texts);
        auto next = begin;
        for (const auto& folded : view) {
            if (folded.kind == logs::FoldedLines::Kind::shown) continue;
            auto remark = logs::folding_remark(folded, lines[begin].number);
            std::size_t cost = 0;
            for (auto i = folded.first; i <= folded.last; ++i) cost += cost_of(texts[i]);
            if (cost <= 2 * block_cost + cost_of(remark)) continue;
            for (; next < begin + folded.first; ++next) entries_.push_back({next, next, {}});
            entries_.push_back({next, begin + folded.last, std::move(remark)});
            next = begin + folded.last + 1;
        }
        for (; next < end; ++next) entries_.push_back({next, next, {}});
    }

    std::vector<Entry> entries_;
};

/// The last of `lines` that fit, oldest first, with what repeats folded.
std::vector<Shown> last_that_fit(const std::vector<logs::Line>& lines, LogBudget budget, const LogTaste& taste,
                                 std::size_t block_cost) {
    std::vector<Shown> result;
    const auto limit = dearest_line(room_left(budget.bytes, block_cost));
    std::size_t spent = 0;
    const FoldedView view{lines, taste, block_cost};
    for (auto entry = view.entries().rbegin(); entry != view.entries().rend(); ++entry) {
        if (result.size() == budget.lines) break;
        auto shown = show(lines[entry->first], taste, limit);
        if (!entry->remark.empty()) {
            shown.text = entry->remark;
            shown.last_line = lines[entry->last].number;
            shown.folded = true;
        }
        spent += cost_of(shown.text);
        if (result.empty() || !follows(result.back(), shown)) spent += block_cost;
        if (spent > budget.bytes && !result.empty()) break;
        result.push_back(std::move(shown));
    }
    std::reverse(result.begin(), result.end());
    if (result.empty() || !result.front().folded) return result;
    // A sentence about the line above needs it.
    if (result.size() > 1) {
        result.erase(result.begin());
    } else {
        result.front() = show(lines.back(), taste, limit);
    }
    return result;
}

/// The lines that explain a failure by what the log engine says of them, the best cause first, as far as they fit.
std::vector<Shown> lines_of_causes(const builds::Job& job, const std::vector<logs::Line>& lines, LogBudget budget,
                                   const LogTaste& taste, std::size_t block_cost) {
    const auto log = logs::RawLog::decode(engine_text(job, lines));
    std::set<std::size_t> chosen;
    const auto limit = dearest_line(room_left(budget.bytes, block_cost));
    std::size_t spent = 0;
    bool full = false;
    const auto take = [&](std::size_t number) {
        if (full || number == 0 || number > lines.size() || chosen.contains(number - 1)) return;
        auto cost = cost_of(show(lines[number - 1], taste, limit).text);
        if (!chosen.contains(number - 2) && !chosen.contains(number)) cost += block_cost;
        full = chosen.size() >= budget.lines || spent + cost > budget.bytes;
        if (full) return;
        spent += cost;
        chosen.insert(number - 1);
    };
    for (const auto& cause : logs::diagnose(log).causes) {
        // The line itself first: where the room ends, its surroundings are what is missing.
        take(cause.log_line);
        for (auto number = cause.excerpt_first; number <= cause.excerpt_last; ++number) take(number);
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

bool wants_loud(const LogTaste& taste) { return taste.at_least >= logs::Level::warning; }

std::size_t cost_of_all(const std::vector<Shown>& lines, std::size_t block_cost) {
    std::size_t cost = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        cost += cost_of(lines[i].text);
        if (i == 0 || !follows(lines[i], lines[i - 1])) cost += block_cost;
    }
    return cost;
}

std::int64_t lines_in(const std::vector<Shown>& all) {
    std::int64_t count = 0;
    for (const auto& shown : all) count += shown.lines();
    return count;
}

struct PartRead {
    std::vector<Shown> lines;
    std::int64_t wanted = 0;  ///< lines that could have been shown; of loud ones those that were looked at
};

/// The end of a failed part, and before it what explains the failure where that isn't at the end.
std::vector<Shown> causes_and_end(const builds::Job& job, const std::vector<logs::Line>& lines, LogBudget budget,
                                  const LogTaste& taste) {
    const auto block_cost = block_cost_of(job);
    auto end = last_that_fit(lines, budget, taste, block_cost);
    if (lines_in(end) == static_cast<std::int64_t>(lines.size())) return end;

    // Two fifths of the room for the causes, and all of it where that is little: the first error says more than the
    // end does. What they don't need stays with the end.
    const bool little = budget.lines < 2 || budget.bytes < 3 * (block_cost + small_part);
    const LogBudget for_causes{std::max<std::size_t>(budget.lines * 2 / 5, 1),
                               little ? budget.bytes : budget.bytes * 2 / 5};
    auto causes = lines_of_causes(job, lines, for_causes, taste, block_cost);
    const LogBudget for_end{room_left(budget.lines, causes.size()),
                            room_left(budget.bytes, cost_of_all(causes, block_cost))};
    if (!causes.empty() && (for_end.lines == 0 || for_end.bytes < block_cost + small_part)) return causes;
    end = last_that_fit(lines, for_end, taste, block_cost);

    const auto begin = end.empty() ? lines.back().number + 1 : end.front().line.number;
    std::erase_if(causes, [begin](const Shown& shown) { return shown.line.number >= begin; });
    causes.insert(causes.end(), std::make_move_iterator(end.begin()), std::make_move_iterator(end.end()));
    return causes;
}

async::Task<Result<PartRead>> read_part(builds::Provider& provider, async::BlockingPool& pool, builds::LogQuery query,
                                        LogPart part, LogBudget budget, LogTaste taste) {
    const auto searching = part.failed && taste.at_least <= logs::Level::plain;
    const auto folding = taste.at_least == logs::Level::debug && !taste.timestamps;
    query.first_line = part.first_line;
    query.last_line = part.last_line;
    query.from_end = true;
    query.max_lines = budget.lines;
    query.max_bytes = std::max<std::size_t>(budget.bytes, 1024);
    if (wants_loud(taste)) query.first_line = std::max(query.first_line, query.last_line - judged_lines + 1);
    if (searching) {
        query.max_lines = searched_lines;
        query.max_bytes = searched_bytes;
    } else if (folding || wants_loud(taste)) {
        query.max_lines = std::max(query.max_lines, folded_lines);
        query.max_bytes = std::max(query.max_bytes, folded_bytes);
    }
    auto page = co_await provider.read_log(query);
    if (!page) co_return fail(std::move(page.error()));

    PartRead result;
    result.wanted = wants_loud(taste) ? std::ssize(page->lines) : part.last_line - part.first_line + 1;
    auto choose = [job = *part.job, lines = std::move(page->lines), budget, taste, searching] {
        return searching ? causes_and_end(job, lines, budget, taste)
                         : last_that_fit(lines, budget, taste, block_cost_of(job));
    };
    auto choosing = pool.run(std::move(choose));
    result.lines = co_await std::move(choosing);
    co_return result;
}

/// How a budget is shared between parts. Each job's first part comes before any job's second, and of more than find
/// room the first ones do.
class Shares {
public:
    Shares(const std::vector<LogPart>& parts, LogBudget budget) : budget_{budget}, least_(parts.size(), 0) {
        std::set<const builds::Job*> seen;
        std::vector<std::size_t> first;
        std::vector<std::size_t> further;
        for (std::size_t i = 0; i < parts.size(); ++i)
            (seen.insert(parts[i].job).second ? first : further).push_back(i);
        first.insert(first.end(), further.begin(), further.end());
        std::size_t around = 0;
        for (const auto* job : seen) around += block_cost_of(*job);
        const auto each = room_left(budget.bytes, around) / std::max<std::size_t>(seen.size(), 1);
        std::size_t needed = 0;
        for (const auto i : first) {
            const auto least = block_cost_of(*parts[i].job) + std::clamp(each, least_of_a_part, small_part);
            if (sharers_ == budget.lines || needed + least > budget.bytes) break;
            needed += least;
            least_[i] = least;
            jobs_.insert(parts[i].job);
            ++sharers_;
        }
        reserved_ = needed;
    }

    bool holds(std::size_t part) const { return least_[part] > 0; }
    bool holds_job(const builds::Job* job) const { return jobs_.contains(job); }

    /// For one that finds room, in the order of the parts: what it needs, and its part of what nobody needs.
    LogBudget next(std::size_t part) {
        const auto spare = room_left(budget_.bytes, reserved_) / sharers_;
        const LogBudget share{std::max<std::size_t>(budget_.lines / sharers_, 1), least_[part] + spare};
        reserved_ -= least_[part];
        --sharers_;
        return share;
    }

    void spend(LogBudget spent) {
        budget_.lines = room_left(budget_.lines, spent.lines);
        budget_.bytes = room_left(budget_.bytes, spent.bytes);
    }

private:
    LogBudget budget_;
    std::vector<std::size_t> least_;  ///< for each part; 0: it finds no room
    std::set<const builds::Job*> jobs_;
    std::size_t reserved_ = 0;  ///< for the parts that are still to come
    std::size_t sharers_ = 0;   ///< the same
};

bool is_in(const std::vector<LogPart>& parts, const builds::Job& job, const logs::Line& line) {
    return std::any_of(parts.begin(), parts.end(), [&](const LogPart& part) {
        return part.job->id == job.id && (part.step == nullptr || part.step->number == line.step);
    });
}

}  // namespace

std::size_t least_room(const std::vector<LogPart>& parts) {
    std::set<const builds::Job*> jobs;
    std::size_t room = 0;
    for (const auto& part : parts) {
        if (jobs.insert(part.job).second) room += block_cost_of(*part.job) + least_of_a_part;
    }
    return room;
}

async::Task<Result<LogExcerpt>> read_ends(builds::Provider& provider, async::BlockingPool& pool, const builds::Run& run,
                                          std::vector<LogPart> parts, LogBudget budget, LogTaste taste) {
    LogExcerpt excerpt;
    excerpt.cursor.run = run.id;
    excerpt.cursor.attempt = run.attempt;
    for (const auto& job : run.jobs) {
        if (job.log_lines > 0) excerpt.cursor.next[job.id] = job.log_lines + 1;
    }
    Shares shares{parts, budget};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& part = parts[i];
        if (!shares.holds(i)) {
            if (!wants_loud(taste)) excerpt.omitted += part.last_line - part.first_line + 1;
            const bool is_new = excerpt.jobs_left_out.empty() || excerpt.jobs_left_out.back() != part.job;
            if (is_new && !shares.holds_job(part.job)) excerpt.jobs_left_out.push_back(part.job);
            continue;
        }
        const auto share = shares.next(i);
        auto read = co_await read_part(provider, pool, query_for(run, *part.job, taste), part, share, taste);
        if (!read) co_return fail(std::move(read.error()));
        shares.spend({read->lines.size(), cost_of_all(read->lines, block_cost_of(*part.job))});
        for (const auto& shown : read->lines) {
            if (shown.folded) {
                append_folded(excerpt.blocks, *part.job, shown.line, shown.last_line, shown.text);
            } else {
                append(excerpt.blocks, *part.job, shown.line, shown.text);
            }
        }
        excerpt.omitted += read->wanted - lines_in(read->lines);
    }
    co_return excerpt;
}

async::Task<Result<LogExcerpt>> read_on(builds::Provider& provider, const builds::Run& run, logs::LogCursor cursor,
                                        std::vector<const builds::Job*> jobs, std::vector<LogPart> parts,
                                        LogBudget budget, LogTaste taste) {
    LogExcerpt excerpt;
    excerpt.cursor = std::move(cursor);
    excerpt.cursor.attempt = run.attempt;
    std::size_t shown_lines = 0;
    std::size_t spent = 0;
    for (const auto* job : jobs) {
        auto& cursor_now = excerpt.cursor;
        const auto next = cursor_now.next_line(job->id);
        if (job->log_lines < next) continue;
        const auto block_cost = block_cost_of(*job);
        if (shown_lines >= budget.lines || (shown_lines > 0 && spent + block_cost + small_part > budget.bytes)) {
            excerpt.more = true;
            break;
        }
        auto query = query_for(run, *job, taste);
        query.first_line = next;
        query.max_lines = budget.lines - shown_lines;
        query.max_bytes = std::max<std::size_t>(budget.bytes - spent, 1024);
        if (wants_loud(taste)) query.last_line = next + judged_lines - 1;
        auto page = co_await provider.read_log(query);
        if (!page) co_return fail(std::move(page.error()));

        const auto limit = dearest_line(room_left(budget.bytes, spent + block_cost));
        const logs::Line* before = nullptr;
        auto reached = page->lines.empty() ? std::min(query.last_line, page->total_lines) : next - 1;
        for (const auto& line : page->lines) {
            if (parts.empty() || is_in(parts, *job, line)) {
                const auto shown = show(line, taste, limit).text;
                const bool goes_on = before != nullptr && follows(line, *before);
                const auto cost = cost_of(shown) + (goes_on ? 0 : block_cost);
                if (spent + cost > budget.bytes && shown_lines > 0) break;
                spent += cost;
                before = &line;
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
