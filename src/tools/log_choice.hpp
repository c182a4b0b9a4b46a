#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "builds/run.hpp"
#include "json/arguments.hpp"
#include "logs/log_cursor.hpp"

namespace flux::tools {

/// Whose log a call is about: what every tool over logs takes.
struct LogArguments {
    builds::RunId run = 0;
    std::optional<std::string> job;
    std::optional<std::string> step;
    int attempt = 0;  ///< 0: the newest
    std::optional<logs::LogCursor> cursor;
};

/// Reads `run_id`, `job`, `step`, `attempt` and `cursor`; a cursor brings its attempt along. `invalid_argument` that
/// names what is wrong, with reason `cursor_mismatch` for a cursor of another attempt than the one asked for.
Result<LogArguments> log_arguments(const json::Arguments& arguments);

/// A piece of one job's log that an answer shows the end of.
struct LogPart {
    const builds::Job* job = nullptr;    ///< of the run it was chosen from
    const builds::Step* step = nullptr;  ///< nullptr: the whole job
    std::int64_t first_line = 1;
    std::int64_t last_line = 0;  ///< inclusive
    bool failed = false;         ///< lines that look like the cause matter as much as the end
};

/// What of a run's log matters now: the failed steps of failed jobs, then what runs; else what was cancelled; else the
/// end of the job that ended last. Parts without lines are left out.
///
/// `job` is an id, a name or a part of one (globs too), `step` a number or a name; `not_found` with reason
/// `job_not_found` or `step_not_found` that names those there are.
Result<std::vector<LogPart>> choose_parts(const builds::Run& run, const std::optional<std::string>& job,
                                          const std::optional<std::string>& step);

/// The whole logs of the chosen jobs, or the chosen steps of them: where a search looks.
Result<std::vector<LogPart>> choose_whole(const builds::Run& run, const std::optional<std::string>& job,
                                          const std::optional<std::string>& step);

/// Lets a cursor over many jobs forget where exactly those end that are over and read: it stands in an answer, and a
/// thousand numbers would fill it.
void forget_what_was_read(logs::LogCursor& cursor, const builds::Run& run);

/// The jobs that `job` names; all of them for nothing.
Result<std::vector<const builds::Job*>> choose_jobs(const builds::Run& run, const std::optional<std::string>& job);

/// Whether `name` is what `wanted` means: the same, or containing it, or fitting it as a glob; case does not matter.
bool is_meant(std::string_view wanted, std::string_view name);

}  // namespace flux::tools
