#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logs/matcher.hpp"

namespace flux::logs {

/// One reason for a failure, with the lines that show it. Line numbers are 1-based lines of the raw log.
struct Cause {
    std::string message;
    std::string tool;  ///< empty: no known tool
    std::string code;
    std::string test;  ///< the failed test it names
    std::string file;
    std::int64_t line = 0;  ///< of `file`; 0: unknown
    std::int64_t column = 0;
    std::string job;
    std::string step;
    std::size_t log_line = 0;
    int count = 1;  ///< how often the log says the same
    FailureClass kind = FailureClass::unknown;
    int weight = 0;                 ///< how much it explains, up to about 110
    std::size_t heading = 0;        ///< the line above it that names its file; 0: its own does, or none
    std::size_t excerpt_first = 0;  ///< 1-based, inclusive
    std::size_t excerpt_last = 0;
};

struct FailedStep {
    std::string job;
    std::string step;
    std::size_t line = 0;  ///< where the log says that it failed
    std::string ended;     ///< the runner's words: `Process completed with exit code 2.`
    std::optional<int> exit_code;
};

/// Of the failed tests, how many an answer in JSON names.
inline constexpr std::size_t most_tests_listed = 20;

/// What a log says about why it failed. No failed step and no cause for a green log.
struct Diagnosis {
    FailureClass kind = FailureClass::unknown;
    double confidence = 0;  ///< 0 to 1
    std::string summary;
    std::string exit_meaning;  ///< of the first failed step's exit code, where it says more than "failed"
    std::vector<FailedStep> failed_steps;
    std::vector<Cause> causes;  ///< best first
    std::size_t causes_left_out = 0;
    /// Lines worth showing where no cause says it all: the end of the failed step, its script, the token's permissions;
    /// without a failed step, what a log shows that doesn't tell how it ended.
    struct Excerpt {
        std::string title;
        std::size_t first = 0;
        std::size_t last = 0;
    };
    std::vector<Excerpt> evidence;
    /// All that the first failed step printed: shown as it is where it is short.
    Excerpt output;
    /// Further lines that may explain something, the likeliest first; shown where there is room.
    std::vector<std::size_t> further;
    std::vector<std::string> failed_tests;  ///< by name, in the order of the log, each once
    /// Whether the causes say it all, so that the answer may be short.
    bool convinces = false;
};

}  // namespace flux::logs
