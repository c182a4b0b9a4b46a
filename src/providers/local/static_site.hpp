#pragma once

#include <string_view>

namespace flux::providers::local {

/// What runs for a branch that has no workflow but an `index.html`: it publishes the files as they are.
inline constexpr std::string_view static_site_workflow = R"yaml(name: Static preview
on: workflow_dispatch
jobs:
  preview:
    runs-on: ubuntu-latest
    steps:
      - name: Check out the branch
        uses: actions/checkout@v4
      - name: Collect the files
        uses: actions/upload-pages-artifact@v3
        with:
          path: .
      - name: Publish the preview
        uses: actions/deploy-pages@v4
)yaml";

}  // namespace flux::providers::local
