#include "previews/site_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/file_descriptor.hpp"
#include "base/id.hpp"
#include "previews/site_record.hpp"
#include "previews/slug.hpp"

namespace flux::previews {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t remembered_gone = 10'000;
constexpr std::string_view record_suffix = ".site";

auto disk_failed(std::string_view doing, int code) {
    if (code == ENOSPC || code == EDQUOT) {
        return fail(Errc::unavailable, "The disk that holds the previews is full.", "disk_full");
    }
    return fail(Errc::internal, fmt::format("The previews can't be kept: {} failed ({}).", doing, code));
}

auto not_served(std::string_view what) {
    return fail(Errc::not_found, fmt::format("There is no preview {}.", what), "preview_not_found");
}

/// Makes the names in `folder` as durable as what they name.
bool sync_folder(const fs::path& folder) {
    const FileDescriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return opened && ::fsync(opened.get()) == 0;
}

/// Writes `text` so that after a crash the file holds all of it, or what it held before.
Result<void> write_durably(const fs::path& path, std::string_view text) {
    const fs::path fresh = path.string() + ".new";
    {
        const FileDescriptor file{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
        if (!file) return disk_failed("making a record", errno);
        while (!text.empty()) {
            const auto written = ::write(file.get(), text.data(), text.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return disk_failed("writing a record", errno);
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(file.get()) != 0) return disk_failed("writing a record", errno);
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) return disk_failed("naming a record", errno);
    if (!sync_folder(path.parent_path())) return disk_failed("writing the records", errno);
    return {};
}

std::optional<Site> read_record(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return std::nullopt;
    return from_record(text.str());
}

void delete_folder(const fs::path& folder) {
    // What is left of it is cleared away at the next start.
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

}  // namespace

std::string new_site_id(std::int64_t run_id) {
    constexpr std::size_t random_part_bytes = 5;
    return fmt::format("r{}-{}", run_id, random_id(random_part_bytes));
}

SiteStore::SiteStore(fs::path root, const Clock& clock, SiteLimits limits)
    : root_{std::move(root)}, clock_{clock}, limits_{limits} {}

Result<std::unique_ptr<SiteStore>> SiteStore::open(fs::path root, const Clock& clock, SiteLimits limits) {
    std::unique_ptr<SiteStore> store{new SiteStore{std::move(root), clock, limits}};
    if (auto loaded = store->load(); !loaded) return fail(std::move(loaded.error()));
    return store;
}

Result<void> SiteStore::load() {
    std::error_code error;
    fs::remove_all(root_ / "passing", error);
    for (const auto* name : {"sites", "records", "passing"}) {
        fs::create_directories(root_ / name, error);
        if (error) return disk_failed("making a folder", error.value());
    }
    for (auto entry = fs::directory_iterator{root_ / "records", error}; !error && entry != fs::directory_iterator{};
         entry.increment(error)) {
        if (entry->path().extension() != record_suffix) continue;
        const auto site = read_record(entry->path());
        if (site && entry->path().stem() == site->id) remember(*site);
    }
    if (error) return disk_failed("reading the records", error.value());

    // A folder without a record was never announced; one whose site has gone was being deleted. A record that can't be
    // read may be a newer version's: its folder stays.
    for (const auto& entry : fs::directory_iterator{root_ / "sites", error}) {
        const auto id = entry.path().filename().string();
        const auto known = sites_.find(id);
        const bool is_ours =
            known != sites_.end() ? known->second.state == SiteState::served : fs::exists(record_of(id), error);
        if (!is_ours) delete_folder(entry.path());
    }
    if (error) return disk_failed("reading the sites", error.value());
    return {};
}

Result<Site> SiteStore::publish(const Publication& publication) {
    if (!is_label(publication.site_id) || !looks_like_site_id(publication.site_id)) {
        return fail(Errc::invalid_argument, "That is no id of a site.");
    }
    if (knows(publication.site_id)) return fail(Errc::conflict, "This site has been published already.");

    const auto copy = passing_folder(publication.site_id);
    if (::mkdir(copy.c_str(), 0700) != 0) return disk_failed("making a folder", errno);
    const auto copied = copy_site(publication.source, copy, limits_);
    if (!copied) {
        delete_folder(copy);
        return fail(copied.error());
    }

    Site site;
    site.id = publication.site_id;
    site.run_id = publication.run_id;
    site.attempt = publication.attempt;
    site.branch = publication.branch;
    site.started_at = publication.started_at;
    site.published_at = clock_.wall_now();
    site.expires_at = publication.expires_at;
    site.files = copied->files;
    site.bytes = copied->bytes;
    if (auto installed = install(site, copy); !installed) {
        delete_folder(copy);
        return fail(std::move(installed.error()));
    }
    return site;
}

Result<void> SiteStore::install(const Site& site, const fs::path& copy) {
    const std::lock_guard changing{changing_};
    if (knows(site.id)) return fail(Errc::conflict, "This site has been published already.");
    if (::rename(copy.c_str(), folder_of(site.id).c_str()) != 0) return disk_failed("moving a folder", errno);
    if (!sync_folder(root_ / "sites")) return disk_failed("writing the sites", errno);
    // From here on the site exists: the record is what a restart goes by.
    if (auto saved = write_durably(record_of(site.id), to_record(site)); !saved) {
        std::error_code ignored;
        fs::remove(record_of(site.id), ignored);
        delete_folder(folder_of(site.id));
        return saved;
    }
    const std::lock_guard lock{mutex_};
    remember(site);
    return {};
}

Result<Site> SiteStore::remove(std::string_view site_id) { return take_off(std::string{site_id}, SiteState::removed); }

Result<std::vector<Site>> SiteStore::remove_branch(std::string_view branch) {
    std::vector<Site> taken;
    for (const auto& site : sites()) {
        if (site.branch != branch) continue;
        auto gone = take_off(site.id, SiteState::removed);
        if (gone) {
            taken.push_back(*std::move(gone));
        } else if (gone.error().code != Errc::not_found) {
            return fail(std::move(gone.error()));
        }
    }
    return taken;
}

Result<std::vector<Site>> SiteStore::expire() {
    std::vector<std::string> due;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, site] : sites_) {
            if (site.state == SiteState::served && as_of_now(site).state == SiteState::expired) due.push_back(id);
        }
    }
    std::vector<Site> taken;
    for (const auto& id : due) {
        auto gone = take_off(id, SiteState::expired);
        if (gone) {
            taken.push_back(*std::move(gone));
        } else if (gone.error().code != Errc::not_found) {
            return fail(std::move(gone.error()));
        }
    }
    return taken;
}

Result<Site> SiteStore::take_off(const std::string& id, SiteState state) {
    const auto doomed = passing_folder(id);
    Site site;
    {
        const std::lock_guard changing{changing_};
        {
            const std::lock_guard lock{mutex_};
            const auto found = sites_.find(id);
            if (found == sites_.end() || found->second.state != SiteState::served) return not_served(id);
            site = found->second;
        }
        site.state = state;
        if (auto saved = write_durably(record_of(id), to_record(site)); !saved) return fail(std::move(saved.error()));
        std::optional<std::string> forgotten;
        {
            const std::lock_guard lock{mutex_};
            sites_.insert_or_assign(id, site);
            forgotten = forget_oldest();
            point_aliases_anew();
        }
        std::error_code ignored;
        if (forgotten) fs::remove(record_of(*forgotten), ignored);
        fs::rename(folder_of(id), doomed, ignored);
    }
    delete_folder(doomed);
    return site;
}

std::optional<Site> SiteStore::find(std::string_view label) const {
    const std::lock_guard lock{mutex_};
    const auto alias = aliases_.find(label);
    const auto site = sites_.find(alias == aliases_.end() ? label : std::string_view{alias->second});
    if (site == sites_.end()) return std::nullopt;
    return as_of_now(site->second);
}

std::optional<Site> SiteStore::newest_of(std::string_view branch) const {
    auto site = find(slug_of(branch));
    if (!site || site->state != SiteState::served || site->branch != branch) return std::nullopt;
    return site;
}

std::vector<Site> SiteStore::sites() const {
    std::vector<Site> served;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, site] : sites_) {
            if (as_of_now(site).state == SiteState::served) served.push_back(site);
        }
    }
    std::sort(served.begin(), served.end(),
              [](const Site& a, const Site& b) { return a.published_at > b.published_at; });
    return served;
}

Result<Lookup> SiteStore::open_file(const Site& site, std::string_view path) const {
    const auto current = find(site.id);
    if (!current || current->state != SiteState::served) return not_served(site.id);
    return look_up(folder_of(current->id), path);
}

void SiteStore::remember(const Site& site) {
    sites_.insert_or_assign(site.id, site);
    point_alias_at(site);
}

void SiteStore::point_alias_at(const Site& site) {
    const auto [alias, is_new] = aliases_.try_emplace(slug_of(site.branch), site.id);
    if (is_new) return;
    // A run that was overtaken by a newer one must not bring the older site back; and what is served goes before what
    // has gone.
    const auto rank = [](const Site& one) {
        return std::tuple{one.state == SiteState::served, one.started_at, one.published_at};
    };
    if (rank(site) >= rank(sites_.at(alias->second))) alias->second = site.id;
}

void SiteStore::point_aliases_anew() {
    aliases_.clear();
    for (const auto& [id, site] : sites_) point_alias_at(site);
}

std::optional<std::string> SiteStore::forget_oldest() {
    std::vector<const Site*> gone;
    for (const auto& [id, site] : sites_) {
        if (site.state != SiteState::served) gone.push_back(&site);
    }
    if (gone.size() <= remembered_gone) return std::nullopt;
    const auto* oldest = *std::min_element(
        gone.begin(), gone.end(), [](const Site* a, const Site* b) { return a->published_at < b->published_at; });
    auto id = oldest->id;
    sites_.erase(id);
    return id;
}

Site SiteStore::as_of_now(Site site) const {
    if (site.state == SiteState::served && site.expires_at && *site.expires_at <= clock_.wall_now()) {
        site.state = SiteState::expired;
    }
    return site;
}

bool SiteStore::knows(const std::string& id) const {
    const std::lock_guard lock{mutex_};
    return sites_.contains(id);
}

fs::path SiteStore::folder_of(std::string_view site_id) const { return root_ / "sites" / site_id; }

fs::path SiteStore::record_of(std::string_view site_id) const {
    return root_ / "records" / (std::string{site_id} + std::string{record_suffix});
}

fs::path SiteStore::passing_folder(std::string_view site_id) const {
    return root_ / "passing" / fmt::format("{}.{}", site_id, random_id(4));
}

}  // namespace flux::previews
