#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "base/result.hpp"
#include "providers/local/cage.hpp"
#include "providers/local/interruption.hpp"
#include "providers/local/step_log.hpp"

namespace flux::providers::local {

struct ProgramEnd {
    enum class How { exited, timed_out, cancelled };

    How how = How::exited;
    ExitCode exit_code = 0;
};

/// When a running program has to end early.
struct ProgramLimits {
    Interruption* interruption = nullptr;
    std::optional<std::chrono::steady_clock::time_point> deadline;  ///< of the step
    /// Asked once when the job is cancelled: whether this step may go on.
    std::function<bool()> may_go_on;
};

/// Runs a program in the job's cage, its output into the step's log, until it ends or has to: then it gets SIGINT, 7.5
/// s later SIGTERM, 2.5 s later its tree is killed. Output that background programs hold open is waited for 5 s.
Result<ProgramEnd> run_in_cage(Cage& cage, const Cage::Program& program, StepLog& log, const ProgramLimits& limits);

}  // namespace flux::providers::local
