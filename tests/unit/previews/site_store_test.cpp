#include "previews/site_store.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "fakes/manual_clock.hpp"
#include "fakes/temporary_folder.hpp"
#include "previews/slug.hpp"

namespace flux::previews {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class SiteStoreTest : public testing::Test {
protected:
    SiteStoreTest() { restart(); }

    void restart() {
        store_.reset();
        store_ = *SiteStore::open(root_.path() / "previews", clock_);
    }

    Result<Site> publish(std::int64_t run, const std::string& branch, const std::string& text,
                         std::optional<WallTime> expires_at = {}) {
        source_.write("index.html", text);
        clock_.advance(1s);
        return store_->publish({.site_id = new_site_id(run),
                                .run_id = run,
                                .branch = branch,
                                .started_at = clock_.wall_now(),
                                .source = source_.path(),
                                .expires_at = expires_at});
    }

    /// What the label's front page shows, `expired`, `removed`, or `nothing`.
    std::string shown(std::string_view label) const {
        const auto site = store_->find(label);
        if (!site) return "nothing";
        if (site->state != SiteState::served) return name_of(site->state);
        auto found = store_->open_file(*site, "/");
        if (!found) return "unreadable";
        const auto& file = std::get<OpenFile>(*found);
        std::string text(file.size, '\0');
        EXPECT_EQ(::read(file.descriptor.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
        return text;
    }

    std::size_t folders() const {
        const fs::directory_iterator all{root_.path() / "previews" / "sites"};
        return static_cast<std::size_t>(std::distance(fs::begin(all), fs::end(all)));
    }

    ManualClock clock_;
    TemporaryFolder root_;
    TemporaryFolder source_;
    std::unique_ptr<SiteStore> store_;
};

TEST_F(SiteStoreTest, ServesASiteUnderItsIdAndItsBranch) {
    const auto site = publish(7, "feature/login", "hello");

    ASSERT_TRUE(site);
    EXPECT_THAT(site->id, testing::MatchesRegex("r7-[0-9a-f]{10}"));
    EXPECT_EQ(shown(site->id), "hello");
    EXPECT_EQ(shown(slug_of("feature/login")), "hello");
    EXPECT_EQ(store_->newest_of("feature/login")->id, site->id);
    EXPECT_EQ(shown("main"), "nothing");
    EXPECT_EQ(store_->newest_of("main"), std::nullopt);
}

TEST_F(SiteStoreTest, MovesTheAliasToTheNewestAndKeepsTheOlderSite) {
    const auto first = publish(1, "main", "one");
    const auto second = publish(2, "main", "two");

    EXPECT_EQ(shown("main"), "two");
    EXPECT_EQ(shown(first->id), "one");
    EXPECT_EQ(shown(second->id), "two");
}

TEST_F(SiteStoreTest, LeavesTheAliasAloneWhenNothingWasPublished) {
    ASSERT_TRUE(publish(1, "main", "one"));
    fs::create_symlink("/etc/passwd", source_.path() / "evil");

    EXPECT_FALSE(publish(2, "main", "two"));

    EXPECT_EQ(shown("main"), "one");
    EXPECT_EQ(folders(), 1U);
    EXPECT_TRUE(fs::is_empty(root_.path() / "previews" / "passing"));
}

TEST_F(SiteStoreTest, DoesNotMoveTheAliasBackToARunThatWasOvertaken) {
    const auto early = clock_.wall_now();
    ASSERT_TRUE(publish(2, "main", "newer"));
    source_.write("index.html", "older but slower");

    const auto late = store_->publish(
        {.site_id = new_site_id(1), .run_id = 1, .branch = "main", .started_at = early, .source = source_.path()});

    EXPECT_EQ(shown("main"), "newer");
    EXPECT_EQ(shown(late->id), "older but slower");
}

TEST_F(SiteStoreTest, IsNotTouchedByWhatHappensToTheSourceLater) {
    const auto site = publish(1, "main", "one");
    source_.write("index.html", "changed");

    EXPECT_EQ(shown(site->id), "one");
}

TEST_F(SiteStoreTest, RefusesAnIdTwiceAndWhatIsNoId) {
    const auto site = publish(1, "main", "one");
    Publication again{.site_id = site->id, .run_id = 1, .branch = "main", .source = source_.path()};

    EXPECT_EQ(store_->publish(again).error().code, Errc::conflict);
    ASSERT_TRUE(store_->remove(site->id));
    EXPECT_EQ(store_->publish(again).error().code, Errc::conflict);
    for (const auto* id : {"", "..", "../x", "r1-abc/../../x", "main"}) {
        again.site_id = id;
        EXPECT_EQ(store_->publish(again).error().code, Errc::invalid_argument) << id;
    }
}

TEST_F(SiteStoreTest, RemembersWhatWasRemoved) {
    const auto first = publish(1, "main", "one");
    const auto second = publish(2, "main", "two");

    EXPECT_EQ(store_->remove(second->id)->state, SiteState::removed);

    EXPECT_EQ(shown(second->id), "removed");
    EXPECT_EQ(shown(first->id), "one");
    EXPECT_EQ(store_->remove(second->id).error().code, Errc::not_found);
    EXPECT_EQ(store_->remove("r9-0000000000").error().code, Errc::not_found);
    EXPECT_EQ(folders(), 1U);
    EXPECT_FALSE(store_->open_file(*second, "/"));

    ASSERT_TRUE(publish(3, "main", "three"));
    EXPECT_EQ(shown("main"), "three");
}

TEST_F(SiteStoreTest, LetsTheAliasGoBackToTheNewestThatIsLeft) {
    const auto first = publish(1, "main", "one");
    const auto second = publish(2, "main", "two");
    const auto third = publish(3, "main", "three", clock_.wall_now() + 1h);

    ASSERT_TRUE(store_->remove(second->id));
    EXPECT_EQ(shown("main"), "three");
    clock_.advance(1h);
    ASSERT_EQ(store_->expire()->size(), 1U);
    EXPECT_EQ(shown("main"), "one");
    restart();
    EXPECT_EQ(shown("main"), "one");
    EXPECT_EQ(store_->newest_of("main")->id, first->id);

    ASSERT_TRUE(store_->remove(first->id));
    EXPECT_EQ(shown("main"), "expired");
    EXPECT_EQ(store_->newest_of("main"), std::nullopt);
    EXPECT_EQ(shown(third->id), "expired");
}

TEST_F(SiteStoreTest, RemovesAllSitesOfABranchAndNoOther) {
    ASSERT_TRUE(publish(1, "main", "one"));
    ASSERT_TRUE(publish(2, "main", "two"));
    ASSERT_TRUE(publish(3, "other", "three"));

    EXPECT_EQ(store_->remove_branch("main")->size(), 2U);

    EXPECT_EQ(shown("main"), "removed");
    EXPECT_EQ(shown("other"), "three");
    EXPECT_EQ(store_->remove_branch("main")->size(), 0U);
    EXPECT_EQ(store_->sites().size(), 1U);
}

TEST_F(SiteStoreTest, StopsServingTheMomentASiteExpires) {
    const auto site = publish(1, "main", "one", clock_.wall_now() + 1h);
    const auto kept = publish(2, "other", "two");
    EXPECT_EQ(store_->expire()->size(), 0U);

    clock_.advance(1h);

    EXPECT_EQ(shown(site->id), "expired");
    EXPECT_EQ(store_->sites().size(), 1U);
    EXPECT_EQ(store_->newest_of("main"), std::nullopt);
    EXPECT_EQ(store_->expire()->size(), 1U);
    EXPECT_EQ(folders(), 1U);
    EXPECT_EQ(shown("main"), "expired");
    EXPECT_EQ(shown(kept->id), "two");
}

TEST_F(SiteStoreTest, KnowsAllOfItAfterARestart) {
    const auto first = publish(1, "main", "one");
    const auto second = publish(2, "main", "two");
    const auto removed = publish(3, "gone", "three");
    const auto expired = publish(4, "old", "four", clock_.wall_now() + 1min);
    ASSERT_TRUE(store_->remove(removed->id));
    clock_.advance(1h);
    ASSERT_TRUE(store_->expire());

    restart();

    EXPECT_EQ(shown("main"), "two");
    EXPECT_EQ(shown(first->id), "one");
    EXPECT_EQ(shown(removed->id), "removed");
    EXPECT_EQ(shown("old"), "expired");
    EXPECT_EQ(store_->sites().size(), 2U);
    EXPECT_EQ(store_->find(second->id)->run_id, 2);
    EXPECT_EQ(store_->find(second->id)->bytes, 3U);
}

TEST_F(SiteStoreTest, ClearsAwayWhatACrashLeftHalfDone) {
    const auto site = publish(1, "main", "one");
    const auto removed = publish(2, "gone", "two");
    ASSERT_TRUE(store_->remove(removed->id));
    const auto previews = root_.path() / "previews";
    fs::create_directories(previews / "passing" / "r3-0123456789.aa" / "deep");
    fs::create_directories(previews / "sites" / "r4-0123456789");
    fs::create_directories(previews / "sites" / removed->id);
    std::ofstream{previews / "records" / "r5-0123456789.site.new"} << "id r5";
    std::ofstream{previews / "records" / "r6-0123456789.site"} << "id r6-0123456789\nrun 6\n";
    std::ofstream{previews / "records" / "r7-0123456789.site"} << "";

    restart();

    EXPECT_EQ(folders(), 1U);
    EXPECT_TRUE(fs::is_empty(previews / "passing"));
    EXPECT_EQ(shown(site->id), "one");
    EXPECT_EQ(shown("r6-0123456789"), "nothing");
}

TEST_F(SiteStoreTest, ServesWhileOthersPublishAndRemove) {
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    ASSERT_TRUE(publish(1, "main", "0"));
    std::thread reader{[&] {
        while (!done) {
            const auto site = store_->find("main");
            if (!site || site->state != SiteState::served) ++wrong;
        }
    }};
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 3; ++writer) {
        writers.emplace_back([&, writer] {
            for (int i = 0; i < 10; ++i) {
                const auto run = 10 + writer * 100 + i;
                const auto branch = writer == 0 ? "main" : "b" + std::to_string(writer);
                const auto site = store_->publish({.site_id = new_site_id(run),
                                                   .run_id = run,
                                                   .branch = branch,
                                                   .started_at = clock_.wall_now() + std::chrono::seconds{run},
                                                   .source = source_.path()});
                if (!site || (writer != 0 && !store_->remove(site->id))) ++wrong;
            }
        });
    }
    for (auto& writer : writers) writer.join();
    done = true;
    reader.join();

    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(store_->sites().size(), 11U);
}

TEST(SiteStore, SaysThatItsFolderCannotBeMade) {
    ManualClock clock;

    const auto opened = SiteStore::open("/dev/null/previews", clock);

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().message.find("/dev/null"), std::string::npos);
}

}  // namespace
}  // namespace flux::previews
