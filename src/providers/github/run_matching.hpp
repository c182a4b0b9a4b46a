#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "builds/run.hpp"

namespace flux::providers::github {

/// What is known about a run that was asked for and whose id GitHub did not give.
struct Wanted {
    std::string correlation;         ///< what its title holds; empty: nothing of that kind
    WallTime not_before{};           ///< by GitHub's clock
    std::string sha;                 ///< the branch's head before the dispatch
    std::set<builds::RunId> others;  ///< runs that were there before, or belong to other requests
};

struct Match {
    std::vector<builds::Run> candidates;  ///< exactly one: it is that one; the newest first
    const char* by = "none";              ///< `correlation_input` or `set_difference`
    bool rivals = false;                  ///< other requests of ours wait for runs of the same kind
};

/// Which of `runs`, those of the same workflow, branch and event, can be the wanted one. The head commit is a hint
/// only, which counts where a run has it: the branch may have moved between our reading of it and the dispatch.
Match match_run(const std::vector<builds::Run>& runs, const Wanted& wanted);

/// Looks at one request's matches one after the other, and says when there is no doubt left.
class SureMatch {
public:
    /// The run, once it is sure; `age` is the time since the request was sent, by GitHub's clock. A title that holds
    /// the correlation is enough. Without one a run has to be the only candidate in two looks in a row, when GitHub's
    /// lists have caught up and nobody else waits for one like it: it may be somebody else's as long as ours could
    /// still turn up, and one that has just turned up may have company a moment later.
    std::optional<builds::Run> look(const Match& match, WallTime::duration age);

private:
    builds::RunId alone_before_ = 0;
};

}  // namespace flux::providers::github
