#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "builds/run.hpp"
#include "tools/job_diagnosis.hpp"

namespace flux::tools {

/// Failed jobs of one run that failed of the same: the first of them speaks for all.
struct FailedJobs {
    std::vector<const builds::Job*> jobs;  ///< of the run, at least one
    std::string why;                       ///< why there is no diagnosis; empty: there is one
    JobDiagnosis diagnosis;                ///< of the first
    boost::json::array failed_steps;       ///< of all
};

/// In the order in which they were looked into.
using FailureGroups = std::vector<FailedJobs>;

/// Adds a job to those that failed of the same, or as a group of its own.
void add(FailureGroups& groups, const builds::Job& job, std::string why, JobDiagnosis diagnosis);

/// The names, as many as fit into `room` bytes of a JSON string, and how many more there are: `"a", "b" and 3 more`.
std::string names_within(std::size_t room, const std::vector<const builds::Job*>& jobs);

/// The line above what explains a group; `names` is the room for the names of its jobs.
std::string heading_of(const FailedJobs& group, std::size_t names);

/// What explains a group, in at most about `room` bytes of a JSON string; never less than its shortest text.
JobDiagnosis::Written text_of(const FailedJobs& group, std::size_t room);

/// One line that names a group and its first cause, whose message is cut to `longest` bytes. Holds words of the log:
/// for inside a fence.
std::string first_cause_of(const FailedJobs& group, std::size_t longest);

/// The first `count` groups as members `id, name, conclusion, class, confidence` or `why`, and for those of several
/// jobs `same` (the names of the others, as far as `names` bytes go for each) and `same_total`.
boost::json::array groups_json(const FailureGroups& groups, std::size_t count, std::size_t names);

/// The verdict of the most certain group; null where none has a diagnosis.
boost::json::value verdict_of(const FailureGroups& groups);

/// The failed tests of all groups by name, each once, as far as `room` goes.
boost::json::array failed_tests_of(const FailureGroups& groups, std::size_t room);

/// The failed steps of all groups, the first of each group before the others, as far as `room` goes.
boost::json::array failed_steps_of(const FailureGroups& groups, std::size_t room);

/// The causes of the first `count` groups as many as fit into `room`: the best of each group before any other, of
/// these the best first. `left_out` counts the lines of excerpts that found no room. Takes them out of the groups.
boost::json::array take_causes(FailureGroups& groups, std::size_t count, std::size_t room, std::size_t& left_out);

}  // namespace flux::tools
