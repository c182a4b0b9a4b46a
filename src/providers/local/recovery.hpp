#pragma once

#include <cstddef>

#include "previews/site_store.hpp"
#include "providers/local/run_folders.hpp"
#include "providers/local/run_records.hpp"

namespace flux::providers::local {

/// Settles what a server that died left behind: unfinished runs are `cancelled` with reason `interrupted`, their logs
/// end with the last whole line and a word about it, workspaces and folders of unknown runs are deleted. Nobody else
/// works on the state folder yet. Returns how many runs there were.
std::size_t recover(RunRecords& records, previews::SiteStore& sites, const RunFolders& folders, const Clock& clock);

}  // namespace flux::providers::local
