#include "logs/archive.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <zip.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fakes/temporary_folder.hpp"

namespace flux::logs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct File {
    std::string name;
    std::string content;
    bool link = false;
};

std::string zip_of(const std::vector<File>& files) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "logs.zip";
    int problem = 0;
    auto* archive = zip_open(path.c_str(), ZIP_CREATE, &problem);
    for (const auto& file : files) {
        auto* source = zip_source_buffer(archive, file.content.data(), file.content.size(), 0);
        const auto index = zip_file_add(archive, file.name.c_str(), source, ZIP_FL_ENC_UTF_8);
        EXPECT_GE(index, 0) << file.name;
        if (index < 0) zip_source_free(source);
        if (file.link) {
            zip_file_set_external_attributes(archive, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX,
                                             static_cast<zip_uint32_t>(S_IFLNK | 0777) << 16U);
        }
    }
    EXPECT_EQ(zip_close(archive), 0) << zip_strerror(archive);
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

std::vector<std::string> names_in(std::string bytes) {
    auto archive = LogArchive::open(std::move(bytes));
    std::vector<std::string> names;
    if (!archive) return {archive.error().reason};
    for (const auto& member : archive->members()) names.push_back(member.job + "/" + member.step);
    return names;
}

TEST(LogArchive, PutsTheStepsOfEachJobInOrder) {
    EXPECT_THAT(names_in(zip_of({{"1_test (20).txt", "whole"},
                                 {"0_build.txt", "whole"},
                                 {"build/10_Post Checkout.txt", "bye"},
                                 {"build/2_Run make.txt", "made"},
                                 {"build/1_Set up job.txt", "hello"},
                                 {"test (20)/system.txt", "machine"}})),
                ElementsAre("build/Set up job", "build/Run make", "build/Post Checkout", "test (20)/"));
}

TEST(LogArchive, GivesTheLogOfOneJobWholeOrByItsSteps) {
    const auto archive = LogArchive::open(zip_of({{"0_build.txt", "whole"},
                                                  {"build/1_Set up job.txt", "hello"},
                                                  {"test/2_Run make.txt", "made"},
                                                  {"test/1_Set up job.txt", "hello"}}));
    ASSERT_TRUE(archive);
    const auto steps_of = [&](std::string_view job) {
        std::vector<std::string> steps;
        for (const auto& member : archive->of_job(job)) steps.push_back(member.step);
        return steps;
    };
    EXPECT_THAT(steps_of("build"), ElementsAre(""));
    EXPECT_THAT(steps_of("test"), ElementsAre("Set up job", "Run make"));
    EXPECT_THAT(steps_of("buil"), IsEmpty());
}

TEST(LogArchive, ReadsTheNegativeNumbersOfOldAndTheFilesOfOthers) {
    EXPECT_THAT(names_in(zip_of({{"-2147483648_build.txt", "x"}, {"my job.log", "y"}, {"readme.md", "z"}})),
                ElementsAre("build/", "my job/"));
}

TEST(LogArchive, PassesOverWhatIsNoLogOfItsOwn) {
    EXPECT_THAT(names_in(zip_of({{"../outside.txt", "x"},
                                 {"/etc/passwd.txt", "x"},
                                 {"a/../../b.txt", "x"},
                                 {"a\\b.txt", "x"},
                                 {"a/b/c/d.txt", "x"},
                                 {"link.txt", "/etc/passwd", true},
                                 {"inner.zip", "PK\x03\x04"},
                                 {"build/1_ x\u202e.txt", "x"}})),
                ElementsAre("build/ x<U+202E>"));
}

TEST(LogArchive, MakesOneLogOfAllJobs) {
    const auto log = decode_archive(zip_of({{"0_build.txt", "whole"},
                                            {"build/1_Set up job.txt",
                                             "\xEF\xBB\xBF"
                                             "2026-01-18T11:08:00.0000000Z hello"},
                                            {"build/2_Make it.txt", "2026-01-18T11:08:01.0000000Z ##[error]no\n"},
                                            {"1_test.txt", "Current runner version: '2'\n##[group]Run npm test\n"}}))
                         .value();

    std::vector<std::string> steps;
    for (const auto& step : log.steps()) steps.push_back(step.job + "/" + step.name);
    EXPECT_THAT(steps, ElementsAre("build/Set up job", "build/Make it", "test/Set up job", "test/Run npm test"));
    EXPECT_EQ(log.text(0), "hello");
    EXPECT_EQ(log.text(1), "no");
    EXPECT_EQ(log.line(1).level, Level::error);
}

TEST(LogArchive, GivesTheEndOfEachJobNumberedAsInTheWhole) {
    const auto bytes = zip_of({{"0_build.txt", "whole"},
                               {"build/1_Set up job.txt", "2026-01-18T11:08:00.0000000Z hello"},
                               {"build/2_Make it.txt", "one\ntwo\nthree\n"},
                               {"1_test.txt", "four\r\nfive"}});
    std::vector<std::string> shown;
    const auto read = read_job_tails(bytes, 2, [&](const std::string& job, const LastLines& last) {
        shown.push_back(job + ": " + std::to_string(last.lines));
        for (auto i = last.first; i < last.log.size(); ++i) {
            shown.push_back(std::to_string(last.log.number_of(i)) + " " + std::string{last.log.text(i)});
        }
    });
    ASSERT_TRUE(read);
    EXPECT_THAT(shown, ElementsAre("build: 4", "3 two", "4 three", "test: 2", "5 four", "6 five"));
    const auto whole = decode_archive(bytes).value();
    EXPECT_EQ(whole.text(2), "two");
    EXPECT_EQ(whole.text(5), "five");
}

TEST(LogArchive, RefusesBombs) {
    const auto bomb = zip_of({{"0_a.txt", std::string(4'000'000, 'x')}});
    struct Row {
        const char* name;
        ArchiveLimits limits;
    };
    const std::array rows{
        Row{"too much", {.unpacked = 1'000'000}},
        Row{"a ratio beyond any log", {.ratio = 100, .ratio_counts_from = 1'000'000}},
        Row{"too large as it is", {.packed = 1000}},
        Row{"too many members", {.members = 0}},
        Row{"too much of a stream", {.unpacked = 1'000'000, .at_once = 0}},
        Row{"a stream's ratio beyond any log", {.ratio = 100, .ratio_counts_from = 1'000'000, .at_once = 0}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto log = decode_archive(bomb, row.limits);
        ASSERT_FALSE(log);
        EXPECT_EQ(log.error().code, Errc::too_large) << log.error().message;
    }
    EXPECT_TRUE(decode_archive(bomb));
    EXPECT_TRUE(decode_archive(bomb, {.at_once = 0}));
}

TEST(LogArchive, CountsAllMembersAgainstTheLimit) {
    std::vector<File> jobs;
    for (int i = 0; i < 5; ++i)
        jobs.push_back({std::to_string(i) + "_job" + std::to_string(i) + ".txt", std::string(1000, 'x')});
    const auto bytes = zip_of(jobs);
    for (const std::uint64_t at_once : {0U, 1'000'000U}) {
        EXPECT_TRUE(decode_archive(bytes, {.unpacked = 5000, .at_once = at_once}));
        EXPECT_EQ(decode_archive(bytes, {.unpacked = 4999, .at_once = at_once}).error().code, Errc::too_large);
    }
}

/// Where the directory's entry of the only member has a number of four bytes.
enum class Field : std::size_t { crc = 16, packed = 20, unpacked = 24 };

std::string with_added(std::string bytes, Field field, int more) {
    const auto at = bytes.rfind("PK\x01\x02") + static_cast<std::size_t>(field);
    std::uint32_t number = 0;
    for (std::size_t i = 4; i > 0; --i) number = number << 8U | static_cast<unsigned char>(bytes[at + i - 1]);
    number += static_cast<std::uint32_t>(more);
    for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(number >> (8 * i));
    return bytes;
}

TEST(LogArchive, BelievesNothingThatAMemberSaysOfItself) {
    const auto honest = zip_of({{"0_a.txt", std::string(100'000, 'x') + "\nend"}});
    struct Row {
        const char* name;
        Field field;
        int more;
    };
    const std::array rows{
        Row{"a byte less than it is", Field::unpacked, -1},
        Row{"a byte more", Field::unpacked, 1},
        Row{"much more", Field::unpacked, 50'000'000},
        Row{"nearly nothing", Field::unpacked, -100'000},
        Row{"packed in less", Field::packed, -20},
        Row{"packed in all memory", Field::packed, 2'000'000'000},
        Row{"another checksum", Field::crc, 1},
    };
    for (const std::uint64_t at_once : {0U, 100'000'000U}) {
        EXPECT_EQ(decode_archive(with_added(honest, Field::unpacked, 0), {.at_once = at_once}).value().size(), 2U);
        for (const auto& row : rows) {
            SCOPED_TRACE(testing::Message() << row.name << ", at once up to " << at_once);
            const auto log = decode_archive(with_added(honest, row.field, row.more), {.at_once = at_once});
            ASSERT_FALSE(log);
            EXPECT_THAT(log.error().reason, testing::AnyOf("archive_damaged", "archive_too_large"));
        }
    }
}

TEST(LogArchive, ReadsTheSameAtOnceAndAsAStream) {
    std::string content;
    for (int i = 0; content.size() < 300'000; ++i) content += "line " + std::to_string(i * 7919) + "\n";
    const auto bytes = zip_of({{"0_a.txt", content}, {"1_empty.txt", ""}, {"2_b.txt", "b"}});
    const auto at_once = decode_archive(bytes).value();
    const auto streamed = decode_archive(bytes, {.at_once = 1000}).value();
    ASSERT_EQ(at_once.size(), streamed.size());
    for (std::size_t i = 0; i < at_once.size(); ++i) ASSERT_EQ(at_once.text(i), streamed.text(i));
}

TEST(LogArchive, SaysThatItIsDamagedWhereverItIsCutOrChanged) {
    const auto whole = zip_of({{"0_a.txt", "line\n"}, {"a/1_b.txt", std::string(1000, 'y')}});
    for (std::size_t length = 0; length < whole.size(); length += 7) {
        const auto log = decode_archive(whole.substr(0, length));
        EXPECT_FALSE(log) << length;
    }
    auto lying = whole;
    // The end says that there is a quarter of a gigabyte of directory.
    lying[whole.size() - 22 + 15] = '\x0f';
    EXPECT_EQ(decode_archive(lying).error().code, Errc::too_large);
    auto flipped = whole;
    flipped[85] = static_cast<char>(flipped[85] ^ 0x55);
    EXPECT_FALSE(decode_archive(flipped));
}

TEST(LogArchive, SaysThatThereIsNothingInIt) {
    EXPECT_EQ(decode_archive(zip_of({{"readme.md", "x"}})).error().reason, "log_not_found");
    EXPECT_EQ(decode_archive("PK no").error().reason, "not_an_archive");
    EXPECT_THAT(names_in(zip_of({{"readme.md", "x"}})), IsEmpty());
}

}  // namespace
}  // namespace flux::logs
