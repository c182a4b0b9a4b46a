#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logs/line.hpp"
#include "logs/raw_line.hpp"

namespace flux::logs {

/// Follows the runner's marks from line to line and says which step a line belongs to, where nobody else knows: in a
/// log without its run.
class StepMarks {
public:
    /// Where a line comes from, as far as its file says.
    struct Source {
        std::string_view job;
        std::string_view step;
        bool names_step = false;
    };

    /// Places the line with this index. `text` has no level tag any more; `echoed`: it was printed in the colour of an
    /// echoed script. Fills in its role. Where the line shows that lines before it were taken for a step's header and
    /// are none, returns the first of them: from there up to this line all are output. No line comes back twice.
    std::optional<std::size_t> place(RawLine& line, std::size_t index, std::string_view text, bool echoed,
                                     const Source& source);

    /// The same behind the last line. A log that no runner wrote is one step, called `the whole log`.
    std::optional<std::size_t> finish();

    const std::vector<RawStep>& steps() const { return steps_; }
    std::vector<RawStep> take_steps() && { return std::move(steps_); }

private:
    /// Of all jobs together; what follows belongs to the last.
    static constexpr std::size_t most_steps = 20'000;

    /// What is known of the current step.
    struct Step {
        bool printed = false;    ///< it has output of its own
        bool is_action = false;  ///< its header has inputs, not a script
    };

    /// From a group `Run …` to its end, as long as that may be what the runner writes before a step's output: the
    /// script in its colour and `shell:`, or `with:`, then `env:`. A program may print such a group, too.
    struct Header {
        std::size_t begin = 0;  ///< the group's line
        std::size_t odd = 0;    ///< the first line that doesn't look like one of a header; 0: none
        bool empty = true;
        bool genuine = false;             ///< some line shows that the runner wrote it
        bool script = false;              ///< all lines so far were echoed
        std::optional<Step> interrupted;  ///< the step before, where the group began another

        void see(std::size_t index, std::string_view text, bool echoed);
    };

    void begin(std::size_t index, std::string_view job, std::string_view name, bool post);
    std::optional<std::size_t> end_header(bool closed);

    std::vector<RawStep> steps_;
    bool runners_ = false;  ///< some line shows that a runner wrote this log
    std::optional<Header> header_;
    Step now_;
};

}  // namespace flux::logs
