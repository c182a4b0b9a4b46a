#include "providers/local/retention.hpp"

#include <gtest/gtest.h>

#include "fakes/manual_clock.hpp"
#include "provider_fixture.hpp"

namespace flux::providers::local {
namespace {

using namespace std::chrono_literals;

class Retention : public testing::Test {
protected:
    builds::RunId add_run() {
        RunRecord record;
        record.run.status = builds::Status::completed;
        record.run.conclusion = builds::Conclusion::success;
        record.run.created_at = record.run.updated_at = clock.wall_now();
        record.run.completed_at = clock.wall_now();
        record.run.head_branch = "main";
        record.run.preview.state = builds::PreviewState::deployed;
        records->add(record, RequestKey{"me", std::to_string(++keys)});
        std::filesystem::create_directories(folders.log(record.run.id, 1, 1));
        std::filesystem::create_directories(folder.path() / "site");
        std::ofstream{folder.path() / "site" / "index.html"} << "hi";
        EXPECT_TRUE(sites->publish({.site_id = record.site_id,
                                    .run_id = record.run.id,
                                    .attempt = 1,
                                    .branch = "main",
                                    .started_at = clock.wall_now(),
                                    .source = folder.path() / "site",
                                    .expires_at = clock.wall_now() + options.preview_life}));
        return record.run.id;
    }
    void sweep_now() { sweep(options, folders, *records, *sites, clock); }

    TemporaryFolder folder;
    ManualClock clock;
    LocalOptions options;
    RunFolders folders{folder.path()};
    std::unique_ptr<RunRecords> records = RunRecords::open(folder.path() / "runs.db").value();
    std::unique_ptr<previews::SiteStore> sites = previews::SiteStore::open(folder.path() / "sites", clock).value();
    int keys = 0;
};

TEST_F(Retention, KeepsWhatIsYoung) {
    const auto run = add_run();

    sweep_now();

    EXPECT_EQ(records->find(run)->run.preview.state, builds::PreviewState::deployed);
    EXPECT_EQ(sites->sites().size(), 1U);
}

TEST_F(Retention, LetsPreviewsExpire) {
    const auto run = add_run();
    clock.advance(24h * 7 + 1s);

    sweep_now();

    EXPECT_EQ(records->find(run)->run.preview.state, builds::PreviewState::expired);
    EXPECT_TRUE(sites->sites().empty());
}

TEST_F(Retention, DeletesOldRunsWithEverything) {
    const auto run = add_run();
    clock.advance(24h * 30 + 1s);

    sweep_now();

    EXPECT_FALSE(records->find(run));
    EXPECT_FALSE(records->find_key({"me", "1"}));
    EXPECT_FALSE(std::filesystem::exists(folders.run(run)));
}

TEST_F(Retention, KeepsOnlySoManyRuns) {
    options.runs_kept = 2;
    const auto first = add_run();
    const auto second = add_run();
    add_run();

    sweep_now();

    EXPECT_FALSE(records->find(first));
    EXPECT_TRUE(records->find(second));
    EXPECT_EQ(sites->sites().size(), 2U);
}

}  // namespace
}  // namespace flux::providers::local
