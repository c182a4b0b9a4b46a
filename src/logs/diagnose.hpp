#pragma once

#include "logs/diagnosis.hpp"
#include "logs/raw_log.hpp"

namespace flux::logs {

/// Why the job failed whose log this is. Pure; linear in the size of its failed steps. A green log gives an empty
/// diagnosis.
Diagnosis diagnose(const RawLog& log);

}  // namespace flux::logs
