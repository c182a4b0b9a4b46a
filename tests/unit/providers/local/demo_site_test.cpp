#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "job_fixture.hpp"

namespace flux::providers::local {
namespace {

/// The repository that `./run` makes, on one of its branches.
class DemoSite : public JobFixture {
public:
    explicit DemoSite(const std::string& branch) {
        Launch launch;
        launch.arguments = {"/bin/bash", FLUX_SOURCE_DIR "/examples/demo-site/make-repository",
                            (root.path() / "repository").string()};
        launch.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", "/nonexistent"}};
        const auto made = run_program(launch, 60);
        EXPECT_TRUE(made && made->exit_code == 0) << (made ? made->output : made.error().message);
        facts.branch = branch;
        facts.head_sha = git({"rev-parse", branch});
        workflow::Object inputs;
        inputs.set("notice", "A notice for all");
        inputs.set("drafts", false);
        facts.inputs = std::move(inputs);
        yaml = git({"show", branch + ":.github/workflows/deploy.yml"});
    }
    std::string yaml;
};

TEST(DemoSite, RunsUnchanged) {
    DemoSite site{"night-watch"};

    ASSERT_EQ(site.run(site.yaml, "test").conclusion, builds::Conclusion::success) << site.sink.log();
    site.needs = {{"test", workflow::JobResult::success, {}}};
    ASSERT_EQ(site.run(site.yaml, "build").conclusion, builds::Conclusion::success) << site.sink.log();
    site.needs = {{"build", workflow::JobResult::success, {}}};
    const auto deployed = site.run(site.yaml, "deploy");

    ASSERT_EQ(deployed.conclusion, builds::Conclusion::success) << site.sink.log();
    EXPECT_EQ(deployed.environment_url, site.facts.preview_url);
    ASSERT_TRUE(deployed.site);
    std::ifstream page{*deployed.site / "index.html"};
    const std::string text{std::istreambuf_iterator<char>{page}, {}};
    EXPECT_NE(text.find("A notice for all"), std::string::npos);
}

TEST(DemoSite, SaysWhyItsBrokenBranchFails) {
    DemoSite site{"faster-readers"};

    EXPECT_EQ(site.run(site.yaml, "test").conclusion, builds::Conclusion::failure);
    EXPECT_TRUE(site.sink.mentions("AssertionError") || site.sink.mentions("not ok") ||
                site.sink.mentions("failing tests"))
        << site.sink.log();
}

}  // namespace
}  // namespace flux::providers::local
