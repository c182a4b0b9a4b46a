#pragma once

#include <optional>

#include "previews/site_address.hpp"
#include "previews/site_store.hpp"
#include "transport/http_handler.hpp"

namespace flux::transport {

/// The preview port: finished sites by Host (`http://<label>.localhost:8788/`) and by path
/// (`http://127.0.0.1:8788/p/<id>/`). It never sets a cookie, and a Host it doesn't know is refused, so that no other
/// site's script can reach a preview by a name of its own.
class PreviewSite final : public BlockingHandler {
public:
    /// `store` and `pool` outlive this.
    PreviewSite(const previews::SiteStore& store, async::BlockingPool& pool,
                std::optional<previews::WildcardOrigin> public_origin = {});

    HttpResponse handle(const HttpRequest& request) override;

private:
    const previews::SiteStore& store_;
    std::optional<previews::WildcardOrigin> public_origin_;
};

}  // namespace flux::transport
