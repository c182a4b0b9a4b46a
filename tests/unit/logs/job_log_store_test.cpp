#include "logs/job_log_store.hpp"

#include <gmock/gmock.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "fakes/manual_clock.hpp"
#include "fakes/temporary_folder.hpp"

namespace flux::logs {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

WallTime at_second(int second) {
    return WallTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 18}} + 11h + std::chrono::seconds{second};
}

/// A line as GitHub's job logs have it.
std::string line(int second, const std::string& text) { return log_stamp(at_second(second)) + " " + text + "\n"; }

std::vector<std::string> texts(const JobLogReader& reader, bool colours = false) {
    std::vector<std::string> all;
    const auto lines = reader.read({.max_lines = 1000, .keep_colours = colours}).value();
    for (const auto& each : lines) all.push_back(each.text);
    return all;
}

class JobLogStoreTest : public testing::Test {
protected:
    JobLogStore store(JobLogLimits limits = {}) { return JobLogStore::open(folder.path(), limits, clock).value(); }

    TemporaryFolder folder;
    ManualClock clock;
    const JobLogKey key{.run = 7, .attempt = 1, .job = 99};
};

TEST_F(JobLogStoreTest, MakesCleanLinesOfADownload) {
    auto logs = store();
    auto log = logs.open_for_append(key).value();

    ASSERT_TRUE(log.append("\xEF\xBB\xBF" + line(1, "Current runner version: '2.330.0'\r")));
    ASSERT_TRUE(log.append(line(2,
                                "\x1b[31mred\x1b[0m \x1b]0;title\x07"
                                "10%\r100%") +
                           "behind it\n"));
    ASSERT_TRUE(log.append(line(3, "##[error]Process completed with exit code 1.")));
    const auto stored = log.finish({});

    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(stored->lines, 4);
    const auto reader = logs.read(key).value();
    EXPECT_THAT(texts(reader), ElementsAre("Current runner version: '2.330.0'", "100%", "behind it",
                                           "##[error]Process completed with exit code 1."));
    const auto lines = reader.read({}).value();
    EXPECT_EQ(lines[2].time, at_second(2));
    EXPECT_EQ(lines[3].level, Level::error);
}

TEST_F(JobLogStoreTest, KeepsColoursForThoseWhoAsk) {
    auto logs = store();
    auto log = logs.open_for_append(key).value();
    ASSERT_TRUE(log.append(line(1, "\x1b[31mred\x1b[0m and \x1b[2Kplain")));
    ASSERT_TRUE(log.finish({}));

    EXPECT_THAT(texts(logs.read(key).value(), true), ElementsAre("\x1b[31mred\x1b[0m and plain"));
    EXPECT_THAT(texts(logs.read(key).value()), ElementsAre("red and plain"));
}

TEST_F(JobLogStoreTest, DoesNotMindWhereChunksEnd) {
    const auto original =
        "\xEF\xBB\xBF" + line(1, "one") + line(2, "\x1b[31mtwo\x1b[0m ✓") + "no stamp\n" + line(3, "end");
    auto logs = store();
    for (std::size_t size = 1; size < original.size(); size += size < 8 ? 1 : 7) {
        const JobLogKey other{.run = 8, .attempt = 1, .job = static_cast<std::int64_t>(size)};
        auto log = logs.open_for_append(other).value();
        for (std::size_t at = 0; at < original.size(); at += size) {
            ASSERT_TRUE(log.append(std::string_view{original}.substr(at, size)));
        }
        ASSERT_TRUE(log.finish({}));
        ASSERT_THAT(texts(logs.read(other).value()), ElementsAre("one", "two ✓", "no stamp", "end")) << size;
    }
}

TEST_F(JobLogStoreTest, HidesSecretsByValueAndByForm) {
    auto masks = std::make_shared<Masks>();
    masks->add("hunter2hunter2");
    auto logs = store();
    auto log = logs.open_for_append(key, masks).value();
    ASSERT_TRUE(log.append(line(1, "password hunter2\x1b[1mhunter2\x1b[0m")));
    ASSERT_TRUE(log.append(line(2, "git clone https://me:s3cr3tpassword@host/x")));
    ASSERT_TRUE(log.finish({}));

    EXPECT_THAT(texts(logs.read(key).value()), ElementsAre("password ***", "git clone https://me:***@host/x"));
    std::ifstream text{folder.path() / "7/1/99/text"};
    const std::string stored{std::istreambuf_iterator<char>{text}, {}};
    EXPECT_EQ(stored.find("hunter2"), std::string::npos);
    EXPECT_EQ(stored.find("s3cr3t"), std::string::npos);
}

TEST_F(JobLogStoreTest, GoesOnAtTheByteWhereTheDownloadBrokeOff) {
    const auto original = line(1, "one") + line(2, "two") + line(3, "three");
    auto logs = store();
    const auto cut = original.size() - 10;
    ASSERT_TRUE(logs.open_for_append(key).value().append(original.substr(0, cut)));

    auto again = logs.open_for_append(key).value();

    EXPECT_EQ(again.lines(), 2);
    EXPECT_EQ(again.received(), line(1, "one").size() * 2);
    ASSERT_TRUE(again.append(original.substr(again.received())));
    ASSERT_TRUE(again.finish({}));
    EXPECT_THAT(texts(logs.read(key).value()), ElementsAre("one", "two", "three"));
}

TEST_F(JobLogStoreTest, GoesOnFromTheLastNoteAfterACrash) {
    auto logs = store();
    ASSERT_TRUE(logs.open_for_append(key).value().append(line(1, "one")));
    {
        // As if the process had died between the lines and the note about them.
        std::ofstream text{folder.path() / "7/1/99/text", std::ios::app};
        text << line(2, "two") << "torn";
    }

    auto again = logs.open_for_append(key).value();

    EXPECT_EQ(again.received(), line(1, "one").size());
    ASSERT_TRUE(again.append(line(2, "two")));
    ASSERT_TRUE(again.finish({}));
    EXPECT_THAT(texts(logs.read(key).value()), ElementsAre("one", "two"));
}

TEST_F(JobLogStoreTest, IsReadWhileItGrows) {
    auto logs = store();
    auto log = logs.open_for_append(key).value();
    ASSERT_TRUE(log.append(line(1, "one") + "2026-01-18T11:00:02.0000000Z tw"));

    EXPECT_THAT(texts(logs.read(key).value()), ElementsAre("one"));
    EXPECT_FALSE(logs.find(key)->complete);
}

TEST_F(JobLogStoreTest, ChangesNothingThatIsComplete) {
    auto logs = store();
    ASSERT_TRUE(logs.open_for_append(key).value().finish({}));

    const auto again = logs.open_for_append(key);

    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().reason, "log_complete");
    EXPECT_TRUE(logs.find(key)->complete);
    EXPECT_FALSE(logs.find({.run = 7, .attempt = 2, .job = 99}));
}

TEST_F(JobLogStoreTest, LetsOneWriterIn) {
    auto logs = store();
    const auto log = logs.open_for_append(key).value();

    EXPECT_EQ(logs.open_for_append(key).error().reason, "log_busy");
}

TEST_F(JobLogStoreTest, GivesLinesToStepsWhetherTheyAreKnownBeforeOrAfter) {
    const std::vector<StepTime> steps{{1, "Set up job", at_second(1), at_second(2)},
                                      {2, "Run make", at_second(2), at_second(4)},
                                      {3, "Complete job", at_second(4), at_second(4)}};
    const auto original = line(1, "Current runner version: '2'") + line(2, "\x1b[1m##[group]Run make") +
                          line(2, "##[endgroup]") + line(3, "made") + line(4, "Cleaning up orphan processes");
    auto logs = store();
    for (const bool before : {true, false}) {
        SCOPED_TRACE(before);
        const JobLogKey other{.run = 9, .attempt = 1, .job = before ? 1 : 2};
        auto log = logs.open_for_append(other).value();
        if (before) log.set_steps(steps);
        ASSERT_TRUE(log.append(original));
        const auto stored = log.finish(steps);

        ASSERT_TRUE(stored);
        ASSERT_EQ(stored->steps.size(), 3U);
        EXPECT_EQ(stored->steps[1].first_line, 2);
        EXPECT_EQ(stored->steps[1].last_line, 4);
        std::vector<int> numbers;
        const auto lines = logs.read(other).value().read({}).value();
        for (const auto& each : lines) numbers.push_back(each.step);
        EXPECT_THAT(numbers, ElementsAre(1, 2, 2, 2, 3));
        EXPECT_EQ(logs.find(other)->steps.size(), 3U);
    }
}

TEST_F(JobLogStoreTest, TakesAwayWhatNobodyHasReadForLongest) {
    auto logs = store({.total_bytes = 1500});
    for (std::int64_t job = 1; job <= 3; ++job) {
        clock.advance(1h);
        auto log = logs.open_for_append({.run = 1, .attempt = 1, .job = job}).value();
        ASSERT_TRUE(log.append(line(1, std::string(500, 'x'))));
        // The first is read again before the third comes.
        if (job == 3) {
            ASSERT_TRUE(logs.read({.run = 1, .attempt = 1, .job = 1}));
        }
        clock.advance(1h);
        ASSERT_TRUE(log.finish({}));
    }

    EXPECT_TRUE(logs.find({.run = 1, .attempt = 1, .job = 1}));
    EXPECT_FALSE(logs.find({.run = 1, .attempt = 1, .job = 2}));
    EXPECT_TRUE(logs.find({.run = 1, .attempt = 1, .job = 3}));
    EXPECT_LE(logs.total_bytes(), 1500U);
}

TEST_F(JobLogStoreTest, TakesAwayWhatIsOldOrOfOneRun) {
    auto logs = store();
    for (std::int64_t run = 1; run <= 2; ++run) {
        ASSERT_TRUE(logs.open_for_append({.run = run, .attempt = 1, .job = 1}).value().finish({}));
    }
    logs.remove_run(1);
    EXPECT_FALSE(logs.find({.run = 1, .attempt = 1, .job = 1}));
    EXPECT_TRUE(logs.find({.run = 2, .attempt = 1, .job = 1}));

    clock.advance(24h * 31);
    logs.tidy();

    EXPECT_FALSE(logs.find({.run = 2, .attempt = 1, .job = 1}));
}

TEST_F(JobLogStoreTest, LeavesOutWhatIsBeyondTheLimitAndSaysSo) {
    auto logs = store({.log_bytes = 1000});
    auto log = logs.open_for_append(key).value();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(log.append(line(1, std::string(100, 'x'))));

    EXPECT_TRUE(log.full());
    const auto stored = log.finish({});

    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->lines, 9);
    EXPECT_EQ(texts(logs.read(key).value()).back(),
              "##[warning]92 more lines of this log were left out here: it is too long.");
}

}  // namespace
}  // namespace flux::logs
