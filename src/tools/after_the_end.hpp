#pragma once

#include "builds/run.hpp"
#include "tools/next_call.hpp"

namespace flux::tools {

/// What to do about a run that is over and went wrong: find out why, do it again. Empty: it went well, or goes on.
NextCalls after_the_end(const builds::Run& run);

}  // namespace flux::tools
