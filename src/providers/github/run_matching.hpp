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

}  // namespace flux::providers::github
