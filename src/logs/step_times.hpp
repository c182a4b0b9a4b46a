#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace flux::logs {

/// A step that ran, as GitHub's jobs API tells of it. Its times are whole seconds, cut, not rounded.
struct StepTime {
    int number = 0;
    std::string name;
    WallTime started_at{};
    WallTime completed_at{};  ///< as long as it runs: WallTime::max()
};

/// What a line looks like that the runner writes when a step begins.
enum class StepOpening : unsigned char {
    none,
    run,       ///< `##[group]Run …`: a script or an action
    post,      ///< `Post job cleanup.`
    complete,  ///< `Cleaning up orphan processes`
    other,     ///< a group outside of any other, such as the set-up of containers
};

/// Cuts a job's log into steps by the times of the jobs API and the marks in the log, as nothing else connects the two.
/// Pure. Ask for each line once, in their order.
///
/// A line is of the next step when its second is not before the one in which that step began, and when it looks like
/// the beginning of such a step or is a second later than that: the API's times are cut to seconds, and alone the mark
/// is not enough, because composite actions print it too.
class StepTimeCutter {
public:
    /// `steps` in any order; those that were skipped don't belong here.
    explicit StepTimeCutter(std::vector<StepTime> steps);

    struct Place {
        int step = 0;         ///< the step's number; 0: before the first
        bool certain = true;  ///< false: by the log alone it could as well be its neighbour's
    };
    /// Of a line with this time, which is the line's before it where it has no stamp. `title`: what follows `Run ` in
    /// an opening of kind `run`.
    Place place(WallTime time, StepOpening opening, std::string_view title = {});

private:
    bool fits(const StepTime& step, StepOpening opening, std::string_view title) const;

    std::vector<StepTime> steps_;
    std::size_t next_ = 0;  ///< of steps_; the line before was of the one before it
    bool by_mark_ = true;   ///< how the current one was entered
};

/// Recognizes the marks, line by line.
class StepOpenings {
public:
    struct Opening {
        StepOpening kind = StepOpening::none;
        std::string_view title;  ///< into `bare`
    };
    /// `bare`: the line without stamp and colours.
    Opening next(std::string_view bare);

private:
    bool in_group_ = false;
};

}  // namespace flux::logs
