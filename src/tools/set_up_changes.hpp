#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "builds/provider.hpp"

namespace flux::tools {

/// Something that a job was set up with, and what it was in an earlier run. Words of logs and workflows.
struct SetUpChange {
    std::string what;    ///< `action`, `image` or `runner`
    std::string name;    ///< of the action; else empty
    std::string before;  ///< empty: it wasn't there
    std::string now;
};

struct SetUpComparison {
    std::vector<SetUpChange> changes;
    std::int64_t read_job = 0;  ///< the job of the other run whose log could be read; 0: none
};

/// What a job was set up with that the job of the same name in `green` wasn't: by the first lines of both logs and the
/// actions that their steps call. Only what both runs tell of is compared; what can't be read is not known, and where
/// the job's own log can't, the other is not asked for: it may take the provider long. All three live as long as the
/// task.
async::Task<SetUpComparison> set_up_changes(builds::Provider& provider, const builds::Run& green,
                                            const builds::Run& run, const builds::Job& job);

}  // namespace flux::tools
