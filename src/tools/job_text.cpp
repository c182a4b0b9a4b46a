#include "tools/job_text.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "logs/visible_text.hpp"

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

}  // namespace

std::string engine_text(const builds::Job& job, const std::vector<logs::Line>& lines) {
    return joined(lines, columns_of(job));
}

async::Task<Result<JobText>> read_job_text(builds::Provider& provider, async::BlockingPool& pool, JobPart part,
                                           std::size_t max_bytes) {
    const auto columns = std::make_shared<const std::vector<std::string>>(columns_of(part.job));
    builds::LogQuery query;
    query.run = part.run.id;
    query.attempt = part.run.attempt;
    query.job = part.job.id;
    query.first_line = std::max<std::int64_t>(part.first_line, 1);
    query.last_line = part.last_line;
    query.from_end = true;
    query.max_lines = page_lines;

    JobText result;
    std::vector<std::string> pages;
    std::size_t spent = 0;
    while (spent < max_bytes && query.last_line >= query.first_line) {
        query.max_bytes = std::min(page_bytes, max_bytes - spent);
        auto page = co_await provider.read_log(query);
        if (!page) co_return fail(std::move(page.error()));
        result.total_lines = page->total_lines;
        if (page->lines.empty()) break;

        for (const auto& line : page->lines) spent += line.text.size() + cost_of_a_line;
        result.lines += static_cast<std::int64_t>(page->lines.size());
        result.lines_before = page->lines.front().number - 1;
        query.last_line = result.lines_before;
        auto join = [lines = std::move(page->lines), columns] { return joined(lines, *columns); };
        auto joining = pool.run(std::move(join));
        pages.push_back(co_await std::move(joining));
    }
    for (auto page = pages.rbegin(); page != pages.rend(); ++page) result.bytes += *page;
    co_return result;
}

}  // namespace flux::tools
