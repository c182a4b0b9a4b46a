#include "providers/local/preview_publisher.hpp"

#include <fmt/format.h>

#include <thread>
#include <utility>

#include "previews/slug.hpp"
#include "providers/local/preview_probe.hpp"
#include "providers/local/run_records.hpp"

namespace flux::providers::local {

namespace {

constexpr int probes = 4;
constexpr auto between_probes = std::chrono::milliseconds{150};

}  // namespace

void PreviewPublisher::complete(builds::Preview& preview, const std::string& site_id) const {
    if (is_elsewhere(preview)) return;
    preview.url = addresses_.url_of(site_id);
    preview.path_url = addresses_.path_url_of(site_id);
    preview.alias_url = sites_.newest_of(preview.branch) ? addresses_.url_of(previews::slug_of(preview.branch)) : "";
}

builds::Preview PreviewPublisher::publish(const builds::Run& run, const std::string& site_id,
                                          const std::filesystem::path& source) {
    auto preview = run.preview;
    const auto published = sites_.publish(previews::Publication{
        .site_id = site_id,
        .run_id = run.id,
        .attempt = run.attempt,
        .branch = run.head_branch,
        .started_at = run.started_at.value_or(run.created_at),
        .source = source,
        .expires_at = clock_.wall_now() + life_,
    });
    if (!published) {
        preview.state = builds::PreviewState::failed;
        preview.reason = published.error().message;
        return preview;
    }
    preview.state = builds::PreviewState::deployed;
    preview.expires_at = published->expires_at;
    complete(preview, site_id);
    for (int probe = 1;; ++probe) {
        auto answer = probe_preview(port_, preview.url);
        if (answer.reachable) {
            preview.state = builds::PreviewState::reachable;
            preview.reason.clear();
            return preview;
        }
        preview.reason = fmt::format("The site is published, but {}.", answer.reason);
        if (answer.answered || probe == probes) return preview;
        std::this_thread::sleep_for(between_probes);
    }
}

}  // namespace flux::providers::local
