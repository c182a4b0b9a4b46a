#include "providers/github/github_options.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include "net/url.hpp"

namespace flux::providers::github {

bool GithubOptions::on_github_com() const {
    const auto url = net::Url::parse(api_url);
    return url && url->scheme() == "https" && (url->host() == "api.github.com" || url->host().ends_with(".ghe.com"));
}

Result<std::string> preview_url_pattern(std::string_view text) {
    const RE2 pattern{std::string{text}, RE2::Quiet};
    if (!pattern.ok()) {
        return fail(Errc::invalid_argument, fmt::format("it is no regular expression: {}", pattern.error()));
    }
    if (pattern.NumberOfCapturingGroups() > 1) {
        return fail(Errc::invalid_argument, "it has more than one group; the one around the URL is enough");
    }
    return std::string{text};
}

}  // namespace flux::providers::github
