#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "builds/run.hpp"
#include "previews/site_address.hpp"
#include "previews/site_store.hpp"

namespace flux::providers::local {

/// Brings finished sites to where they are served, and says where that is. Thread-safe; publish() blocks.
class PreviewPublisher {
public:
    PreviewPublisher(previews::SiteStore& sites, previews::SiteAddresses addresses, std::uint16_t port,
                     std::chrono::hours life, const Clock& clock)
        : sites_{sites}, addresses_{std::move(addresses)}, port_{port}, life_{life}, clock_{clock} {}

    /// Fills in the URLs of a preview that is served here.
    void complete(builds::Preview& preview, const std::string& site_id) const;

    std::string url_of(const std::string& site_id) const { return addresses_.url_of(site_id); }

    /// Publishes what lies in `source` as the preview of `run`. Afterwards the preview is `reachable`, when the preview
    /// port showed it; `deployed`, when it is there but the port didn't answer; or `failed`; with the reason.
    builds::Preview publish(const builds::Run& run, const std::string& site_id, const std::filesystem::path& source);

    previews::SiteStore& sites() const { return sites_; }

private:
    previews::SiteStore& sites_;
    const previews::SiteAddresses addresses_;
    const std::uint16_t port_;
    const std::chrono::hours life_;
    const Clock& clock_;
};

}  // namespace flux::providers::local
