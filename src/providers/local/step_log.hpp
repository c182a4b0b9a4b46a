#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "logs/line_cleaner.hpp"
#include "logs/masks.hpp"
#include "logs/problem_matchers.hpp"
#include "providers/local/environment_file.hpp"
#include "providers/local/job_execution.hpp"
#include "providers/local/job_order.hpp"
#include "providers/local/line_cutter.hpp"
#include "providers/local/workflow_command.hpp"

namespace flux::providers::local {

/// One step's way to the job's log: program output with its workflow commands, and the runner's own lines.
class StepLog {
public:
    /// What the logs of a job's steps share; outlives them.
    struct Shared {
        JobSink& sink;
        logs::Masks& masks;
        logs::ProblemMatchers& matchers;
        const JobDirectories& directories;
        bool debug = false;
        std::size_t byte_limit = 0;  ///< of one step
    };

    StepLog(const Shared& shared, int step);

    /// What a program wrote, in whatever pieces.
    void feed(std::string_view bytes) { cutter_.feed(bytes); }
    /// The program is silent: shows what there is of its line.
    void pause() { cutter_.flush(); }
    /// The program has ended.
    void program_ended();

    /// The runner's own lines, masked, commands in them not read. Text may hold several lines.
    void write(std::string_view text);
    /// A script, each line in the colour in which GitHub shows it.
    void write_coloured(std::string_view script);
    void begin_group(std::string_view title);
    void end_group();
    /// Lines with their tag, and annotations.
    void error(std::string_view message);
    void warning(std::string_view message);
    void notice(std::string_view message);
    void debug(std::string_view message);
    /// The step is over: writes what the limit held back.
    void finish();

    int step() const { return step_; }
    /// What `set-output` said since the last asking.
    Assignments take_outputs() { return std::exchange(outputs_, {}); }
    /// Whether a command was refused since the last asking: then the step fails.
    bool take_failure() { return std::exchange(failed_, false); }
    std::vector<Annotation>& annotations() { return annotations_; }

private:
    void program_line(std::string_view line, bool continued, bool continues);
    bool obey(const WorkflowCommand& command, std::string_view line);
    void obey_matcher_command(const WorkflowCommand& command);
    Result<void> add_matchers(std::string_view path);
    Result<void> remove_matchers(const WorkflowCommand& command);
    bool show_problem(std::string_view line);
    void annotate(logs::Level level, std::string_view message, const WorkflowCommand* command);
    void annotate(Annotation annotation);
    void tagged(std::string_view tag, std::string_view message);
    void put(std::string_view clean, bool truncated);
    void put_limited(std::string_view clean, bool truncated);
    void put_in_pieces(std::string_view clean, bool continues);
    void release_tail();

    JobSink& sink_;
    logs::Masks& masks_;
    logs::ProblemMatchers& matchers_;
    const JobDirectories& directories_;
    logs::LineCleaner cleaner_;
    const int step_;
    const bool debug_;
    const std::size_t byte_limit_;
    LineCutter cutter_;

    std::string stop_token_;
    bool echo_ = false;
    bool failed_ = false;
    Assignments outputs_;
    std::vector<Annotation> annotations_;

    std::size_t written_ = 0;
    bool limited_ = false;
    std::deque<std::pair<std::string, bool>> tail_;
    std::size_t tail_bytes_ = 0;
    std::size_t dropped_lines_ = 0;
};

}  // namespace flux::providers::local
