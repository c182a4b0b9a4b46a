#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "builds/run.hpp"

namespace flux::tools {

/// Something that took much longer than in an earlier run, or was stopped because it took too long.
struct Slower {
    std::string job;   ///< empty: the run as a whole
    std::string step;  ///< empty: the job as a whole
    double seconds = 0;
    double before_s = 0;
    bool timed_out = false;
};

/// A failed job that the earlier run didn't have, or in which it didn't succeed either.
struct OtherJob {
    std::string job;
    std::string then;  ///< `absent`, or how it ended
};

/// A step that jobs have and had not, or the other way round.
struct OtherStep {
    std::string step;
    bool is_new = false;
    std::vector<std::string> jobs;
};

/// What differs between a run and an earlier one by what their jobs and steps tell; names are cleaned.
struct RunDifferences {
    std::optional<double> seconds;   ///< from the run's start to its end
    std::optional<double> before_s;  ///< of the earlier run
    std::vector<Slower> slower;      ///< the worst first
    std::vector<OtherJob> jobs;
    std::vector<OtherStep> steps;
};

/// How many of each are told.
inline constexpr std::size_t most_differences = 3;

/// Compares a run with `green`. What is new or gone is looked for in the first dozen of `failed`, which are jobs of
/// `run`. Steps whose names differ by numbers or hashes alone are the same one.
RunDifferences differences(const builds::Run& green, const builds::Run& run,
                           const std::vector<const builds::Job*>& failed);

/// The job of `green` with the same name that succeeded, or nullptr.
const builds::Job* green_namesake(const builds::Run& green, const builds::Job& job);

/// Adds `duration_s, before_s, slower, jobs, steps`.
void add_json(const RunDifferences& differences, boost::json::object& result);

/// Durations and jobs as sentences.
std::string text_of(const RunDifferences& differences);

/// New and gone steps, one a line, to be fenced: they are words of the workflow.
std::string step_lines(const RunDifferences& differences);

/// ` [test (18), test (20) and 3 more]`, names at most two.
std::string in_jobs(const std::vector<std::string>& jobs);

}  // namespace flux::tools
