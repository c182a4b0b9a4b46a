#include "providers/github/github_options.hpp"

#include <gtest/gtest.h>

namespace flux::providers::github {
namespace {

TEST(GithubOptions, KnowsWhetherGitHubIsInTheOpenInternet) {
    struct Row {
        const char* api_url;
        bool open;
    };
    for (const auto& row :
         {Row{"https://api.github.com", true}, Row{"https://API.GitHub.com", true},
          Row{"https://api.octo-org.ghe.com", true}, Row{"https://github.octo.org/api/v3", false},
          Row{"http://api.github.com", false}, Row{"https://api.github.com.evil", false},
          Row{"https://evil-api.github.com", false}, Row{"https://evil-ghe.com", false},
          Row{"https://x.ghe.com.evil", false}, Row{"https://evil.org/x.ghe.com", false}, Row{"no address", false}}) {
        SCOPED_TRACE(row.api_url);
        GithubOptions options;
        options.api_url = row.api_url;

        EXPECT_EQ(options.on_github_com(), row.open);
        EXPECT_EQ(options.api_version(), row.open ? ApiVersion::of_2026 : ApiVersion::of_2022);
        EXPECT_EQ(options.previews_may_be_private(), !row.open);
        options.probe_private_addresses = row.open;
        EXPECT_EQ(options.previews_may_be_private(), row.open);
    }
}

}  // namespace
}  // namespace flux::providers::github
