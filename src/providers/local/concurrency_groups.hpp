#pragma once

#include <map>
#include <optional>
#include <string>

#include "builds/run.hpp"

namespace flux::providers::local {

/// `concurrency:` of workflows: in each group one run goes on and one waits. Guarded by whoever owns it.
class ConcurrencyGroups {
public:
    struct Turn {
        bool starts = true;                       ///< otherwise it waits for leave()
        std::optional<builds::RunId> superseded;  ///< goes on, and is to be cancelled
        std::optional<builds::RunId> overtaken;   ///< waited where the new one waits now, and is to be cancelled
    };

    /// `run` comes into `group` (compared ignoring case).
    Turn enter(const std::string& group, builds::RunId run, bool cancel_in_progress);

    /// `run` is over, wherever it was: the run whose turn it is now.
    std::optional<builds::RunId> leave(builds::RunId run);

private:
    struct Group {
        std::optional<builds::RunId> running;
        std::optional<builds::RunId> waiting;
    };
    std::map<std::string, Group> groups_;
};

}  // namespace flux::providers::local
