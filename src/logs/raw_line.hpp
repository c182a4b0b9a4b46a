#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "logs/line.hpp"

namespace flux::logs {

/// One line of a raw log after decoding.
struct RawLine {
    enum class Role : std::uint8_t {
        output,  ///< what a program or action printed
        script,  ///< the step's own script, echoed by the runner in its header
        header,  ///< the rest of a step's header: shell, env, with
        marker,  ///< group markers and other lines of the runner itself
    };

    std::uint32_t length = 0;  ///< of its text, in bytes
    Level level = Level::plain;
    Role role = Role::output;
    /// It belongs to the line before: it has no stamp of its own in a log that has them. An annotation of several lines
    /// looks so.
    bool continues = false;
};

/// A step as the log shows it, from its first line to the line before the next step.
struct RawStep {
    std::string job;        ///< empty where the log doesn't name it
    std::string name;       ///< the step's name, or the title of its `Run …` group
    std::size_t first = 0;  ///< indexes of lines, inclusive
    std::size_t last = 0;
    /// Index of the composite action's step that this one is part of, as far as the log shows it: the step before, when
    /// that is an action which printed nothing itself. -1: none.
    std::int32_t parent = -1;
    bool post = false;  ///< clean-up after the work: `Post job cleanup.` and what follows
};

}  // namespace flux::logs
