#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "builds/run.hpp"
#include "json/arguments.hpp"

namespace flux::tools {

/// A run's number out of what people paste: `12`, `#12`, or an address that has `/runs/12` in it.
std::optional<builds::RunId> run_id_from(std::string_view text);

/// The argument `run_id`: a number, a numeric string or a pasted URL of the run. `invalid_argument` otherwise.
Result<builds::RunId> run_id_argument(const json::Arguments& arguments);
Result<std::optional<builds::RunId>> optional_run_id_argument(const json::Arguments& arguments);

}  // namespace flux::tools
