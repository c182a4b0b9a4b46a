#include "tools/log_text.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <utility>

#include "base/text.hpp"
#include "logs/visible_text.hpp"
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
    std::size_t cost = 2 * shown.size() + 3;
    for (const char c : shown) {
        if (c == '"' || c == '\\' || c == '\t') ++cost;
    }
    return cost;
}

std::size_t cost_of_block(const builds::Job& job, std::string_view step) {
    constexpr std::size_t around_names = 220;
    return around_names + 2 * (clean_name(job.name).size() + clean_name(step).size());
}

void append(std::vector<LogBlock>& blocks, const builds::Job& job, const logs::Line& line, std::string_view shown) {
    const bool follows = !blocks.empty() && blocks.back().job_id == job.id && blocks.back().step_number == line.step &&
                         blocks.back().to_line + 1 == line.number;
    if (follows) {
        auto& block = blocks.back();
        block.text += '\n';
        block.text += shown;
        block.to_line = line.number;
        return;
    }
    LogBlock block;
    block.job_id = job.id;
    block.job = clean_name(job.name);
    block.step_number = line.step;
    for (const auto& step : job.steps) {
        if (step.number == line.step) block.step = clean_name(step.name);
    }
    block.from_line = line.number;
    block.to_line = line.number;
    block.text = shown;
    blocks.push_back(std::move(block));
}

std::string fenced(const std::vector<LogBlock>& blocks) {
    std::string text;
    for (const auto& block : blocks) {
        text += fmt::format("[job \"{}\"", block.job);
        if (!block.step.empty()) text += fmt::format(", step {} \"{}\"", block.step_number, block.step);
        text += fmt::format(", lines {}-{}]\n{}\n", block.from_line, block.to_line, block.text);
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
        result.push_back(std::move(entry));
    }
    return result;
}

}  // namespace flux::tools
