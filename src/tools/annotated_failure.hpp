#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "builds/annotation.hpp"
#include "builds/run.hpp"
#include "tools/job_diagnosis.hpp"

namespace flux::tools {

/// What annotations say of a failed job, as a diagnosis without lines of a log: all there is to know of a job that
/// never ran, and of one whose runner was lost. Nothing where they say no more than that the job failed. `max_bytes` as
/// for diagnose_job().
std::optional<JobDiagnosis> diagnose_annotations(const builds::Job& job,
                                                 const std::vector<builds::Annotation>& annotations,
                                                 std::size_t max_bytes);

/// Puts what annotations say before what the log says, where the log doesn't say it itself.
void put_before(JobDiagnosis& diagnosis, JobDiagnosis annotated);

}  // namespace flux::tools
