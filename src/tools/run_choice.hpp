#pragma once

#include <optional>
#include <string>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"
#include "json/arguments.hpp"

namespace flux::tools {

/// Which run a call is about: one by its number, or the newest of a branch.
struct RunChoice {
    std::optional<builds::RunId> run;
    std::string branch;  ///< set where `run` isn't
};

/// The arguments `run_id` and `branch`: exactly one of them.
Result<RunChoice> read_run_choice(const json::Arguments& arguments);

/// The run that is meant, with its jobs. `not_found` with reason `run_not_found`.
async::Task<Result<builds::Run>> find_run(builds::Provider& provider, RunChoice choice, int attempt = 0);

}  // namespace flux::tools
