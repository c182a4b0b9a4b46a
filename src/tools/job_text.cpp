#include "tools/job_text.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "logs/visible_text.hpp"
#include "tools/run_json.hpp"

namespace flux::tools {

namespace {

/// Of one question to the provider.
constexpr std::size_t page_lines = 20'000;
constexpr std::size_t page_bytes = std::size_t{1} << 20;
/// What a line costs beside its text: names, stamp, and its place in the engine. Millions of short lines count, too.
constexpr std::size_t cost_of_a_line = 64;

/// A name as a column between tabs.
std::string column(const std::string& name) {
    auto text = logs::visible_text(name, logs::Escapes::none);
    std::replace(text.begin(), text.end(), '\t', ' ');
    return text.empty() ? "-" : text;
}

/// What stands in front of a step's lines, by the step's number.
std::vector<std::string> columns_of(const builds::Job& job) {
    const auto front = column(job.name) + '\t';
    std::vector<std::string> columns{front + "Set up job\t"};
    for (const auto& step : job.steps) {
        const auto number = static_cast<std::size_t>(std::clamp(step.number, 0, 10'000));
        if (columns.size() <= number) columns.resize(number + 1, columns.front());
        columns[number] = front + column(step.name) + '\t';
    }
    return columns;
}

std::string joined(const std::vector<logs::Line>& lines, const std::vector<std::string>& columns) {
    std::string text;
    for (const auto& line : lines) {
        const auto step = static_cast<std::size_t>(std::max(line.step, 0));
        text += step < columns.size() ? columns[step] : columns.front();
        text += log_stamp(line.time);
        text += ' ';
        text += logs::visible_text(line.text, logs::Escapes::colours);
        text += '\n';
    }
    return text;
}

/// Lines that are worth reading.
struct Stretch {
    std::int64_t first = 1;
    std::int64_t last = std::numeric_limits<std::int64_t>::max();  ///< inclusive
    bool from_end = true;                                          ///< where there is not enough room for all of it
};

/// The steps in which the job failed, the first ones of many.
std::vector<Stretch> failed_stretches(const builds::Job& job) {
    constexpr std::size_t most = 4;
    // What a runner says in several lines goes on behind the line that ended the step.
    constexpr std::int64_t told_after = 12;
    std::vector<Stretch> stretches;
    for (const auto& step : job.steps) {
        const bool ended_badly = has_failed(step.conclusion) || step.conclusion == builds::Conclusion::cancelled;
        if (!ended_badly || step.first_line <= 0 || step.last_line < step.first_line) continue;
        stretches.push_back({step.first_line, step.last_line + told_after});
        if (stretches.size() == most) break;
    }
    return stretches;
}

/// Reads stretch by stretch, no line twice.
class Reading {
public:
    Reading(builds::Provider& provider, async::BlockingPool& pool, const builds::Run& run, const builds::Job& job)
        : provider_{provider},
          pool_{pool},
          columns_{std::make_shared<const std::vector<std::string>>(columns_of(job))} {
        query_.run = run.id;
        query_.attempt = run.attempt;
        query_.job = job.id;
        query_.max_lines = page_lines;
    }

    /// Reads what isn't here yet of the stretch, at most about `max_bytes`.
    async::Task<Result<void>> take(Stretch stretch, std::size_t max_bytes) {
        const auto limit = spent_ + max_bytes;
        while (spent_ < limit) {
            const auto rest = missing_of(stretch);
            if (rest.first > rest.last) break;
            query_.first_line = rest.first;
            query_.last_line = rest.last;
            query_.from_end = rest.from_end;
            query_.max_bytes = std::min(page_bytes, limit - spent_);
            auto page = co_await provider_.read_log(query_);
            if (!page) co_return fail(std::move(page.error()));
            text_.total_lines = page->total_lines;
            knows_total_ = true;
            if (page->lines.empty()) break;
            co_await keep(std::move(page->lines));
        }
        co_return Result<void>{};
    }

    std::size_t spent() const { return spent_; }
    bool has_all() const { return knows_total_ && text_.lines >= text_.total_lines; }
    JobText finish() && { return std::move(text_); }

private:
    /// The part of the stretch that is missing and to be read next; empty where it is all here.
    Stretch missing_of(Stretch stretch) const {
        stretch.first = std::max<std::int64_t>(stretch.first, 1);
        if (knows_total_) stretch.last = std::min(stretch.last, text_.total_lines);
        const auto shrink = [&](const JobText::Part& part) {
            if (part.last_line < stretch.first || part.first_line > stretch.last) return;
            if (stretch.from_end) {
                if (part.last_line >= stretch.last) {
                    stretch.last = part.first_line - 1;
                } else {
                    stretch.first = std::max(stretch.first, part.last_line + 1);
                }
            } else if (part.first_line <= stretch.first) {
                stretch.first = part.last_line + 1;
            } else {
                stretch.last = std::min(stretch.last, part.first_line - 1);
            }
        };
        if (stretch.from_end) {
            std::for_each(text_.parts.rbegin(), text_.parts.rend(), shrink);
        } else {
            std::for_each(text_.parts.begin(), text_.parts.end(), shrink);
        }
        return stretch;
    }

    async::Task<> keep(std::vector<logs::Line> lines) {
        for (const auto& line : lines) spent_ += line.text.size() + cost_of_a_line;
        text_.lines += static_cast<std::int64_t>(lines.size());
        JobText::Part part{lines.front().number, lines.back().number, {}};
        auto join = [lines = std::move(lines), columns = columns_] { return joined(lines, *columns); };
        auto joining = pool_.run(std::move(join));
        part.bytes = co_await std::move(joining);
        const auto behind = std::find_if(text_.parts.begin(), text_.parts.end(),
                                         [&](const JobText::Part& other) { return other.first_line > part.last_line; });
        text_.parts.insert(behind, std::move(part));
    }

    builds::Provider& provider_;
    async::BlockingPool& pool_;
    const std::shared_ptr<const std::vector<std::string>> columns_;
    builds::LogQuery query_;
    JobText text_;
    std::size_t spent_ = 0;
    bool knows_total_ = false;
};

}  // namespace

std::string engine_text(const builds::Job& job, const std::vector<logs::Line>& lines) {
    return joined(lines, columns_of(job));
}

async::Task<Result<JobText>> read_job_text(builds::Provider& provider, async::BlockingPool& pool,
                                           const builds::Run& run, const builds::Job& job, std::size_t max_bytes) {
    struct Wish {
        Stretch stretch;
        std::size_t max_bytes;
    };
    const auto failed = failed_stretches(job);
    std::vector<Wish> wishes{{Stretch{}, max_bytes / 16}};
    if (!failed.empty()) {
        const auto share = max_bytes / 4 * 3 / failed.size();
        for (const auto& stretch : failed) wishes.push_back({stretch, share / 4 * 3});
        for (const auto& stretch : failed) wishes.push_back({{stretch.first, stretch.last, false}, share / 4});
    }
    constexpr std::int64_t set_up_lines = 400;
    wishes.push_back({{1, set_up_lines, false}, max_bytes / 64});
    if (!failed.empty()) {
        wishes.push_back({{failed.back().last, Stretch{}.last}, max_bytes / 16});
        wishes.push_back({{1, failed.front().first}, max_bytes});
    }
    wishes.push_back({Stretch{}, max_bytes});

    Reading reading{provider, pool, run, job};
    for (const auto& wish : wishes) {
        const auto room = max_bytes - std::min(max_bytes, reading.spent());
        if (room == 0 || reading.has_all()) break;
        auto taken = co_await reading.take(wish.stretch, std::min(wish.max_bytes, room));
        if (!taken) co_return fail(std::move(taken.error()));
    }
    co_return std::move(reading).finish();
}

}  // namespace flux::tools
