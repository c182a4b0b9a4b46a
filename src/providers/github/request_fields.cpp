#include "providers/github/request_fields.hpp"

namespace flux::providers::github {

net::HttpFields request_fields(const Secret& token, std::string_view media, ApiVersion version) {
    return {{"Authorization", "Bearer " + std::string{token.reveal()}},
            {"Accept", std::string{media}},
            {"User-Agent", "flux-mcp"},
            {"X-GitHub-Api-Version", version == ApiVersion::of_2026 ? "2026-03-10" : "2022-11-28"}};
}

}  // namespace flux::providers::github
