#pragma once

#include "cli/command_line.hpp"
#include "logs/raw_log.hpp"

namespace flux::cli {

/// `diagnose --log FILE [--json]`: why the job failed whose raw log this is. Needs no server and no settings. 0
/// whenever the log could be read, 2 otherwise. Says which lines it did not look at, as `limits` are exceeded.
int run_diagnose_file(const Command& command, const logs::RawLogLimits& limits = {});

/// `logs --file FILE [--step NAME] [--search RE] [--tail LINES]`: the lines of a raw log with their numbers, of a log
/// of any size; where there are none, stderr says why. 0, or 2 when the file or the expression cannot be read.
int run_logs_file(const Command& command);

}  // namespace flux::cli
