#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "previews/site.hpp"
#include "previews/site_copy.hpp"
#include "previews/site_files.hpp"

namespace flux::previews {

/// A new site id for a run: taken when the run is made, so that its URL is known before there is a site.
std::string new_site_id(std::int64_t run_id);

/// What is to be published. `source` is read only.
struct Publication {
    std::string site_id;  ///< of `new_site_id`; each attempt has its own
    std::int64_t run_id = 0;
    int attempt = 1;
    std::string branch;
    WallTime started_at{};  ///< of the attempt
    std::filesystem::path source;
    std::optional<WallTime> expires_at = {};
};

/// Where finished sites live, below one folder that nothing else writes to. What `publish`, `remove` and `expire` said
/// is on the disk when they return. Sites that have gone are remembered (the newest 10,000), so that their URLs can say
/// so.
///
/// Every call may wait for the disk: call it on the blocking pool. Thread-safe.
class SiteStore {
public:
    /// Reads back what is there and clears away what a crash left half done. One owner a folder.
    static Result<std::unique_ptr<SiteStore>> open(std::filesystem::path root, const Clock& clock,
                                                   SiteLimits limits = {});

    /// Copies the files, and from then on serves them under the site's id and, if no newer attempt has published yet,
    /// under the branch's slug. `invalid_argument` (a file that can't be served, nothing to serve), `too_large`,
    /// `conflict` (the id has been used): then nothing has changed.
    Result<Site> publish(const Publication& publication);

    /// Takes a site off for good; its branch's alias goes back to the newest that is left. `not_found` if it isn't
    /// served.
    Result<Site> remove(std::string_view site_id);

    /// Takes all sites of that branch off; what was taken.
    Result<std::vector<Site>> remove_branch(std::string_view branch);

    /// Takes off what has expired by the clock; what was taken.
    Result<std::vector<Site>> expire();

    /// The site that a label stands for, be it an id or a branch's slug; also one that has gone. Nothing: never was.
    std::optional<Site> find(std::string_view label) const;

    /// The site that the branch's alias shows, if it is still served.
    std::optional<Site> newest_of(std::string_view branch) const;

    /// Everything that is served, newest first.
    std::vector<Site> sites() const;

    /// Opens what `path` shows of a served site; see `look_up`. `not_found` also for a site that isn't served.
    Result<Lookup> open_file(const Site& site, std::string_view path) const;

private:
    SiteStore(std::filesystem::path root, const Clock& clock, SiteLimits limits);

    Result<void> load();
    Result<void> install(const Site& site, const std::filesystem::path& copy);
    Result<Site> take_off(const std::string& id, SiteState state);
    void remember(const Site& site);
    void point_alias_at(const Site& site);
    void point_aliases_anew();
    std::optional<std::string> forget_oldest();
    Site as_of_now(Site site) const;
    bool knows(const std::string& id) const;
    std::filesystem::path folder_of(std::string_view site_id) const;
    std::filesystem::path record_of(std::string_view site_id) const;
    std::filesystem::path passing_folder(std::string_view site_id) const;

    const std::filesystem::path root_;
    const Clock& clock_;
    const SiteLimits limits_;
    std::mutex changing_;                             ///< held while the disk changes; taken before `mutex_`
    mutable std::mutex mutex_;                        ///< guards what follows; never held while waiting for the disk
    std::map<std::string, Site, std::less<>> sites_;  ///< by id, with those that have gone
    std::map<std::string, std::string, std::less<>> aliases_;  ///< slug to the id of its newest site
};

}  // namespace flux::previews
