#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "builds/run.hpp"
#include "logs/diagnosis.hpp"
#include "tools/job_text.hpp"

namespace flux::tools {

/// Why one job failed, ready to be put into an answer.
struct JobDiagnosis {
    logs::FailureClass kind = logs::FailureClass::unknown;
    double confidence = 0;
    std::string note;     ///< how the job ended, where its log doesn't tell; our own words
    std::string summary;  ///< holds words of the log
    /// What a model reads of it; the log's words are fenced.
    struct Written {
        std::string text;
        std::size_t lines_left_out = 0;
    };
    std::vector<Written> texts;  ///< the longest first: how much room there is, is known when all jobs are looked into
    boost::json::array failed_steps;
    boost::json::array causes;  ///< best first, as `flux-mcp diagnose --json` prints them
    std::vector<int> weights;   ///< one for each cause
    std::vector<std::string> failed_tests;
    bool convinces = false;  ///< its causes say it all
    std::string likeness;    ///< equal for jobs that failed of the same; empty: no cause is known
};

/// What the log engine says about a job's log, completed by what the run says about the job: a step can fail without a
/// word, and a job that was cancelled has no cause of its own. Pure; takes time in proportion to the text. `nonce` is
/// for the fence; `max_bytes` is what the longest text may take, at least 400. `green`: the job's log when it was
/// green; nullptr: not known.
JobDiagnosis diagnose_job(const builds::Job& job, const JobText& log, std::string_view nonce, std::size_t max_bytes,
                          const JobText* green = nullptr);

}  // namespace flux::tools
