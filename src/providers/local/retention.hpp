#pragma once

#include "providers/local/run_execution.hpp"

namespace flux::providers::local {

/// Takes expired previews off the net, and deletes runs that have outlived their time or their number, with their logs
/// and sites. Nobody starts a further attempt meanwhile. Throws store::DatabaseFailure.
void sweep(const LocalOptions& options, const RunFolders& folders, RunRecords& records, previews::SiteStore& sites,
           const Clock& clock);

}  // namespace flux::providers::local
