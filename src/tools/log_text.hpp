#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "builds/run.hpp"
#include "logs/line.hpp"

namespace flux::tools {

/// Lines of one job without a gap, all of one step, as a model may read them.
struct LogBlock {
    std::int64_t job_id = 0;
    std::string job;
    int step_number = 0;
    std::string step;  ///< its name; empty before the first step
    std::int64_t from_line = 0;
    std::int64_t to_line = 0;
    std::string text;     ///< without escape sequences, one line each, no line feed at the end
    bool folded = false;  ///< the lines are told of in one sentence, which is the text, instead of shown
};

/// A name that the build gave (of a job, a step, a branch) as an answer may hold it: without escape sequences and
/// invisible characters, and not endless.
std::string clean_name(std::string_view name);

/// A line as it will be shown. `limit` is the most bytes it may take.
std::string shown_line(const logs::Line& line, bool timestamps, std::size_t limit);

/// What a shown line costs of a budget in bytes: an answer holds it twice, in its text and in its object, each inside a
/// JSON string.
std::size_t cost_of(std::string_view shown);

/// What a block costs beside its lines: its heading, and its members in JSON.
std::size_t cost_of_block(const builds::Job& job, std::string_view step);

/// Appends a line to the last block, or begins a new one where the job, the step or the numbers break.
void append(std::vector<LogBlock>& blocks, const builds::Job& job, const logs::Line& line, std::string_view shown);

/// Appends a block that stands for the lines from `first` to `last_line`: `remark` says what they are.
void append_folded(std::vector<LogBlock>& blocks, const builds::Job& job, const logs::Line& first,
                   std::int64_t last_line, std::string_view remark);

/// All blocks fenced, with a heading wherever the job, the step or the numbers break.
std::string fenced(const std::vector<LogBlock>& blocks);

boost::json::array to_json(const std::vector<LogBlock>& blocks);

}  // namespace flux::tools
