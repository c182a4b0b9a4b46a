#include "logs/log_tail.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "logs/line_feeds.hpp"

namespace flux::logs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

LastLines tail_in_pieces(std::string_view log, std::size_t wanted, std::size_t piece) {
    LogTail tail{wanted};
    for (std::size_t at = 0; at < log.size(); at += piece) tail.feed(log.substr(at, piece));
    return std::move(tail).finish();
}

std::vector<std::string> numbered(const RawLog& log, std::size_t first) {
    std::vector<std::string> lines;
    for (auto i = first; i < log.size(); ++i) {
        lines.push_back(std::to_string(log.number_of(i)) + " " + std::string{log.text(i)});
    }
    return lines;
}

std::vector<std::string> shown(const LastLines& last) { return numbered(last.log, last.first); }

/// The last `wanted` lines of the log read as a whole.
std::vector<std::string> expected(std::string_view log, std::size_t wanted) {
    const auto whole = RawLog::decode(log);
    return numbered(whole, whole.size() - std::min(whole.size(), wanted));
}

/// What programs print and nobody likes, between lines as they should be.
std::string random_log(std::mt19937& random, std::size_t lines, std::size_t longest) {
    static const std::vector<std::string> odds{"\r",           "\r\r",
                                               "\xEF\xBB\xBF", std::string(1, '\0'),
                                               "\xFF",         "\xE2\x82",
                                               "\x1b[31m",     "\x1b[0m",
                                               "##[error]",    "-----BEGIN RSA PRIVATE KEY-----",
                                               "\t",           "\xE2\x80\xAE",
                                               "ghp_",         "x y z"};
    std::string log;
    for (std::size_t line = 0; line < lines; ++line) {
        if (random() % 8 == 0) log += "\xEF\xBB\xBF";
        if (random() % 4 != 0) log += "2026-01-18T11:08:00.4183657Z ";
        auto left = random() % 50 == 0 ? random() % longest : random() % 60;
        while (left > 0) {
            const auto run = std::min<std::size_t>(left, random() % 40 + 1);
            log.append(run, static_cast<char>('a' + random() % 26));
            left -= run;
            if (random() % 4 == 0) log += odds[random() % odds.size()];
        }
        if (random() % 5 == 0) log += '\r';
        if (line + 1 < lines || random() % 2 == 0) log += '\n';
    }
    return log;
}

TEST(LogTail, IsTheEndOfTheWholeLogWhereverPiecesEnd) {
    std::mt19937 random{11};
    for (int round = 0; round < 20; ++round) {
        const auto log = random_log(random, random() % 4000, random() % 3 == 0 ? 400'000 : 300);
        const auto wanted = random() % 300 + 1;
        const auto piece = std::vector<std::size_t>{17, 4096, 65'536, 262'144, 100'000'000}[random() % 5];
        SCOPED_TRACE(testing::Message() << "round " << round << ", " << wanted << " lines in pieces of " << piece);
        const auto last = tail_in_pieces(log, wanted, piece);
        ASSERT_EQ(shown(last), expected(log, wanted));
        ASSERT_EQ(last.lines, RawLog::decode(log).size());
    }
}

TEST(LogTail, KeepsTheNumbersOfALogWithoutAnEnd) {
    EXPECT_THAT(shown(tail_in_pieces("one\ntwo\nthree", 2, 100)), ElementsAre("2 two", "3 three"));
    EXPECT_THAT(shown(tail_in_pieces("one\ntwo\n\n", 2, 1)), ElementsAre("2 two", "3 "));
    EXPECT_THAT(shown(tail_in_pieces("one", 5, 100)), ElementsAre("1 one"));
    EXPECT_THAT(shown(tail_in_pieces("", 5, 100)), IsEmpty());
}

TEST(LogTail, ReadsTheColumnsOfAFileWhoseBeginningIsGone) {
    std::string log;
    for (int i = 0; i < 5000; ++i) {
        log += "build\tRun make\t2026-01-18T11:08:00.4183657Z line " + std::to_string(i) + "\n";
    }
    EXPECT_THAT(shown(tail_in_pieces(log, 2, 65'536)), ElementsAre("4999 line 4998", "5000 line 4999"));
}

TEST(LogTail, GoesOnFromFileToFile) {
    LogTail tail{3, 100};
    tail.begin_file("build", "one");
    tail.feed("a\nb");
    tail.begin_file("build", "two");
    tail.begin_file("build", "three");
    tail.feed("c\nd\n");
    const auto last = std::move(tail).finish();
    EXPECT_THAT(shown(last), ElementsAre("102 b", "103 c", "104 d"));
    EXPECT_EQ(last.lines, 4U);
}

TEST(LogTail, HidesAKeyThatBeganBeforeIt) {
    std::string log;
    for (int i = 0; i < 5000; ++i) log += "before\n";
    log += "-----BEGIN RSA PRIVATE KEY-----\n";
    for (int i = 0; i < 200; ++i)
        log += std::string(64, 'A') + "\nfrom another job\nfrom another job\nfrom another job\n";
    for (const std::size_t piece : {4096U, 10'000'000U}) {
        EXPECT_THAT(shown(tail_in_pieces(log, 4, piece)),
                    ElementsAre("5798 ***", "5799 from another job", "5800 from another job", "5801 from another job"));
    }
}

TEST(LogTail, NeedsNoRoomForLinesThatAreTooLong) {
    // Progress bars and one line each, of twice what is kept as it comes.
    std::string log;
    for (int line = 0; line < 2; ++line) {
        for (int i = 0; i < 500'000; ++i) log += std::to_string(1'000'000 + i) + " of it\r";
        log += '\n';
        log.resize(log.size() + 9'000'000, 'x');
        log += '\n';
    }
    const auto last = tail_in_pieces(log, 3, 65'536);
    EXPECT_EQ(shown(last), expected(log, 3));
    EXPECT_EQ(last.lines, 4U);
}

TEST(CountLineFeeds, CountsAllOfThemWhereverTheyStand) {
    std::mt19937 random{5};
    for (const auto one_in : {1U, 2U, 100U}) {
        std::string text;
        for (int i = 0; i < 50'000; ++i) text += random() % one_in == 0 ? '\n' : static_cast<char>(random());
        for (std::size_t begin = 0; begin < 40; ++begin) {
            const auto part = std::string_view{text}.substr(begin, text.size() - begin * (begin * 31 + 1));
            ASSERT_EQ(count_line_feeds(part), static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n')));
        }
    }
}

}  // namespace
}  // namespace flux::logs
