#include "providers/github/signed_address.hpp"

#include "net/url.hpp"

namespace flux::providers::github {

Result<net::HttpRequest> request_for_signed(std::string_view location, const GithubOptions& options) {
    const auto base = net::Url::parse(options.api_url);
    const auto there = base ? base->resolved(location) : net::Url::parse(location);
    if (!there || (base && base->scheme() == "https" && there->scheme() != "https")) {
        return fail(Errc::upstream_failed, "GitHub leads to a place for the log that is not safe to follow.",
                    "redirect_refused");
    }
    net::HttpRequest request;
    request.url = there->text();
    request.fields = {{"User-Agent", "flux-mcp"}};
    request.reach = options.on_github_com() ? net::Reach::public_only : net::Reach::not_link_local;
    return request;
}

}  // namespace flux::providers::github
