#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logs/diagnosis.hpp"
#include "logs/raw_log.hpp"

namespace flux::logs {

/// A place in a source file, as a tool writes it: `src/a.c:3:4`, `a.ts(3,4)`, `File "a.py", line 3`.
struct SourcePlace {
    std::string_view file;
    std::int64_t line = 0;
    std::int64_t column = 0;  ///< 0: unknown
};

/// The first place in `text` whose file may be the project's: libraries, toolchains and a step's own script are passed
/// over.
std::optional<SourcePlace> place_in(std::string_view text);

/// What a log shows of an annotation: its message, behind `file:line:column: ` where it names no place itself. `line`
/// and `column` 0: unknown.
std::string annotation_text(std::string_view file, std::int64_t line, std::int64_t column, std::string_view message);

/// Gives a cause whose line names no file the place that this line or those around it name, and takes it off the front
/// of its message. Looks no further than the lines `first` to `last` (0-based), nor beyond the next of `placed`, the
/// lines of causes with a place of their own, in ascending order.
void complete_place(Cause& cause, const RawLog& log, std::size_t first, std::size_t last,
                    const std::vector<std::size_t>& placed);

}  // namespace flux::logs
