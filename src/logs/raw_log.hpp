#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

    std::uint64_t offset = 0;  ///< of its text in the decoded buffer
    std::uint32_t length = 0;
    std::int32_t step = -1;  ///< index into `RawLog::steps`
    Level level = Level::plain;
    Role role = Role::output;
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

/// A job log from a file or a download, decoded and cut into steps. Pure; owns its text.
///
/// Reads what GitHub serves for a job, what `gh run view --log` prints (job, step and line between tabs), and plain
/// text. Byte order marks, stamps, escape sequences and carriage returns are taken off; line numbers stay those of the
/// input, counted on LF from 1.
class RawLog {
public:
    static RawLog decode(std::string_view bytes);

    std::size_t size() const { return lines_.size(); }
    const RawLine& line(std::size_t index) const { return lines_[index]; }
    /// The line's text: valid UTF-8, without stamp, escapes and `##[level]`.
    std::string_view text(std::size_t index) const {
        return std::string_view{text_}.substr(lines_[index].offset, lines_[index].length);
    }
    const std::vector<RawStep>& steps() const { return steps_; }

private:
    std::string text_;
    std::vector<RawLine> lines_;
    std::vector<RawStep> steps_;
};

}  // namespace flux::logs
