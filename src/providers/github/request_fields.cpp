#include "providers/github/request_fields.hpp"

namespace flux::providers::github {

net::HttpFields request_fields(const Secret& token, std::string_view media) {
    return {{"Authorization", "Bearer " + std::string{token.reveal()}},
            {"Accept", std::string{media}},
            {"User-Agent", "flux-mcp"},
            // Every change of this version that concerns us is known (docs.github.com, "API versions").
            {"X-GitHub-Api-Version", "2022-11-28"}};
}

}  // namespace flux::providers::github
