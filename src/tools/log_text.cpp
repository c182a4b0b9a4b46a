#include "tools/log_text.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <utility>

#include "base/text.hpp"
#include "logs/visible_text.hpp"
#include "tools/answer_size.hpp"
#include "tools/fence.hpp"

namespace flux::tools {

std::string clean_name(std::string_view name) {
    constexpr std::size_t longest = 160;
    return shortened(logs::visible_text(name, logs::Escapes::none), longest);
}

std::string shown_line(const logs::Line& line, bool timestamps, std::size_t limit) {
    auto text = logs::visible_text(line.text, logs::Escapes::none);
    if (text.size() > limit) {
        text = shortened(text, limit);
    } else if (line.truncated) {
        text += "…";
    }
    return timestamps ? log_stamp(line.time) + " " + text : text;
}

std::size_t cost_of(std::string_view shown) {
    // The line feed is an escape in both.
    return 2 * (size_in_json(shown) + 2);
}

std::size_t cost_of_block(const builds::Job& job, std::string_view step) {
    constexpr std::size_t around_names = 180;
    return around_names + 2 * (size_in_json(clean_name(job.name)) + size_in_json(clean_name(step)));
}

namespace {

LogBlock block_of(const builds::Job& job, const logs::Line& first, std::int64_t last_line, std::string_view text) {
    LogBlock block;
    block.job_id = job.id;
    block.job = clean_name(job.name);
    block.step_number = first.step;
    for (const auto& step : job.steps) {
        if (step.number == first.step) block.step = clean_name(step.name);
    }
    block.from_line = first.number;
    block.to_line = last_line;
    block.text = text;
    return block;
}

/// Whether `block` begins where the one before it ended.
bool goes_on(const LogBlock& before, const LogBlock& block) {
    return before.job_id == block.job_id && before.step_number == block.step_number &&
           before.to_line + 1 == block.from_line;
}

}  // namespace

void append(std::vector<LogBlock>& blocks, const builds::Job& job, const logs::Line& line, std::string_view shown) {
    const bool follows = !blocks.empty() && !blocks.back().folded && blocks.back().job_id == job.id &&
                         blocks.back().step_number == line.step && blocks.back().to_line + 1 == line.number;
    if (follows) {
        auto& block = blocks.back();
        block.text += '\n';
        block.text += shown;
        block.to_line = line.number;
        return;
    }
    blocks.push_back(block_of(job, line, line.number, shown));
}

void append_folded(std::vector<LogBlock>& blocks, const builds::Job& job, const logs::Line& first,
                   std::int64_t last_line, std::string_view remark) {
    blocks.push_back(block_of(job, first, last_line, remark));
    blocks.back().folded = true;
}

std::string fenced(const std::vector<LogBlock>& blocks) {
    std::string text;
    for (auto block = blocks.begin(); block != blocks.end();) {
        auto end = block + 1;
        while (end != blocks.end() && goes_on(*(end - 1), *end)) ++end;
        text += fmt::format("[job \"{}\"", block->job);
        if (!block->step.empty()) text += fmt::format(", step {} \"{}\"", block->step_number, block->step);
        text += fmt::format(", lines {}-{}]\n", block->from_line, (end - 1)->to_line);
        for (; block != end; ++block) text += block->text + '\n';
    }
    return fenced(text);
}

boost::json::array to_json(const std::vector<LogBlock>& blocks) {
    boost::json::array result;
    for (const auto& block : blocks) {
        boost::json::object entry;
        entry["job"] = block.job;
        entry["job_id"] = block.job_id;
        if (!block.step.empty()) entry["step"] = block.step;
        if (block.step_number > 0) entry["step_number"] = block.step_number;
        entry["from_line"] = block.from_line;
        entry["to_line"] = block.to_line;
        entry["text"] = block.text;
        if (block.folded) entry["folded"] = block.to_line - block.from_line + 1;
        result.push_back(std::move(entry));
    }
    return result;
}

}  // namespace flux::tools
