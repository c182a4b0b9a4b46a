#pragma once

#include "logs/diagnosis.hpp"
#include "logs/line_shapes.hpp"
#include "logs/raw_log.hpp"

namespace flux::logs {

/// Why the job failed whose log this is. Pure; linear in the size of its failed steps. A green log gives an empty
/// diagnosis. `in_green`: the shapes of the lines that the same job printed when it was green; what is new explains
/// more than what was there before. Empty: not known.
Diagnosis diagnose(const RawLog& log, const ShapeSet& in_green = {});

}  // namespace flux::logs
