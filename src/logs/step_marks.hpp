#pragma once

#include <cstddef>
#include <cstdint>
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
    /// echoed script. Fills in its role.
    void place(RawLine& line, std::size_t index, std::string_view text, bool echoed, const Source& source);

    const std::vector<RawStep>& steps() const { return steps_; }
    std::vector<RawStep> take_steps() && { return std::move(steps_); }

private:
    /// Of all jobs together; what follows belongs to the last.
    static constexpr std::size_t most_steps = 20'000;

    void begin(std::size_t index, std::string_view job, std::string_view name, bool post);

    std::vector<RawStep> steps_;
    bool in_header_ = false;
    bool printed_ = false;    // the current step has output of its own
    bool is_action_ = false;  // its header has inputs, not a script
};

}  // namespace flux::logs
