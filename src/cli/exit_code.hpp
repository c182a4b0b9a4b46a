#pragma once

namespace flux::cli {

/// How a command ends, for scripts.
enum ExitCode : int {
    success = 0,
    run_failed = 1,
    usage = 2,
    not_authorized = 3,
    unreachable = 4,
    cancelled = 5,
    interrupted = 130,
};

}  // namespace flux::cli
