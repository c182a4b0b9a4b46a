#pragma once

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

/// What a job was set up with that the job of the same name in `green` wasn't: by the first lines of both logs and the
/// actions that their steps call. Only what both runs tell of is compared; what can't be read is not known. All three
/// live as long as the task.
async::Task<std::vector<SetUpChange>> set_up_changes(builds::Provider& provider, const builds::Run& green,
                                                     const builds::Run& run, const builds::Job& job);

}  // namespace flux::tools
