#include "providers/local/retention.hpp"

namespace flux::providers::local {

void sweep(const LocalOptions& options, const RunFolders& folders, RunRecords& records, previews::SiteStore& sites,
           const Clock& clock) {
    if (const auto expired = sites.expire()) {
        for (const auto& site : *expired) {
            records.save_preview(site.run_id, site.attempt, builds::PreviewState::expired,
                                 "The preview has expired. Create it again to see it.");
        }
    }
    for (const auto run : records.outlived(clock.wall_now() - options.run_life, options.runs_kept)) {
        for (const auto& site : sites.sites()) {
            if (site.run_id == run) std::ignore = sites.remove(site.id);
        }
        records.remove(run);
        remove_tree(folders.run(run));
    }
}

}  // namespace flux::providers::local
