#pragma once

#include "cli/command_line.hpp"

namespace flux::cli {

/// `diagnose --log FILE [--json]`: why the job failed whose raw log this is. Needs no server and no settings. 0
/// whenever the log could be read, 2 otherwise.
int run_diagnose_file(const Command& command);

/// `logs --file FILE [--step NAME] [--search RE] [--tail LINES]`: the lines of a raw log with their numbers. 0, or 2
/// when the file or the expression cannot be read.
int run_logs_file(const Command& command);

}  // namespace flux::cli
