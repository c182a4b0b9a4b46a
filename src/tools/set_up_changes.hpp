#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "builds/provider.hpp"

namespace flux::tools {

/// Something that jobs were set up with, and what it was in an earlier run. Words of logs and workflows.
struct SetUpChange {
    std::string what;    ///< `action`, `image` or `runner`
    std::string name;    ///< of the action; else empty
    std::string before;  ///< empty: it wasn't there
    std::string now;
    std::vector<std::string> jobs;  ///< whose set-up changed so, by name
};

struct SetUpComparison {
    std::vector<SetUpChange> changes;
    std::size_t compared = 0;             ///< jobs of which both runs tell something
    std::vector<std::int64_t> read_jobs;  ///< the jobs of the other run whose log could be read
};

/// What jobs were set up with that those of the same names in `green` weren't: by the first lines of both logs and the
/// actions that their steps call. Only what both runs tell of is compared; what can't be read is not known, and where
/// a job's own log can't, the other is not asked for: it may take the provider long. At most `most` of the jobs are
/// compared, the first that were green then, all at once. The provider lives as long as the work.
async::Task<SetUpComparison> set_up_changes(builds::Provider& provider, const builds::Run& green,
                                            const builds::Run& run, const std::vector<const builds::Job*>& jobs,
                                            std::size_t most);

}  // namespace flux::tools
