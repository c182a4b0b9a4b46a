#include "logs/line_splitter.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace flux::logs {
namespace {

using testing::ElementsAre;

struct Split {
    std::vector<std::string> texts;
    std::vector<bool> cut;
};

Split split_in_pieces(std::string_view log, std::size_t piece, std::size_t longest) {
    Split result;
    LineSplitter splitter{longest};
    const LineSplitter::Sink sink = [&](const LineSplitter::RawLine& line) {
        result.texts.emplace_back(line.text);
        result.cut.push_back(line.cut);
    };
    for (std::size_t at = 0; at < log.size(); at += piece) splitter.feed(log.substr(at, piece), sink);
    splitter.finish(sink);
    return result;
}

TEST(LineSplitter, TakesStampsAndMarksOffWhereverPiecesEnd) {
    const std::string log =
        "\xEF\xBB\xBF"
        "2026-01-18T11:08:00.4183657Z one\r\n\n"
        "\xEF\xBB\xBF"
        "2026-01-18T11:08:01Z two\nno stamp\nlast";
    for (std::size_t piece = 1; piece <= log.size(); ++piece) {
        SCOPED_TRACE(piece);
        EXPECT_THAT(split_in_pieces(log, piece, 1000).texts, ElementsAre("one\r", "", "two", "no stamp", "last"));
    }
}

TEST(LineSplitter, ReadsStamps) {
    EXPECT_EQ(log_stamp(stamp_at("2026-01-18T11:08:00.4183657Z x").time), "2026-01-18T11:08:00.4183650Z");
    EXPECT_TRUE(stamp_at("2026-01-18T11:08:00.4183657Z x").usual);
    EXPECT_EQ(stamp_at("2026-01-18T11:08:00Z").length, 20U);
    EXPECT_FALSE(stamp_at("2026-01-18T11:08:00Z x").usual);
    EXPECT_EQ(stamp_at("2026-13-18T11:08:00Z x").length, 0U);
    EXPECT_EQ(stamp_at("2026-01-18 11:08:00 x").length, 0U);
}

TEST(LineSplitter, KeepsTheFrontOfALongLine) {
    const auto log = std::string(1000, 'x') + "\nshort\n";
    for (const std::size_t piece : {1U, 7U, 64U, 5000U}) {
        SCOPED_TRACE(piece);
        const auto result = split_in_pieces(log, piece, 100);
        EXPECT_THAT(result.texts, ElementsAre(std::string(100, 'x'), "short"));
        EXPECT_THAT(result.cut, ElementsAre(true, false));
    }
}

TEST(LineSplitter, KeepsWhatAProgressBarShowedLast) {
    std::string log = "2026-01-18T11:08:00.4183657Z ";
    for (int i = 0; i <= 1000; ++i) log += std::to_string(i) + " of 1000\r";
    log += "\ndone\n";
    for (const std::size_t piece : {1U, 3U, 64U, 100'000U}) {
        SCOPED_TRACE(piece);
        const auto result = split_in_pieces(log, piece, 100);
        ASSERT_EQ(result.texts.size(), 2U);
        EXPECT_TRUE(result.texts[0].ends_with("1000 of 1000\r")) << result.texts[0];
        EXPECT_THAT(result.cut, ElementsAre(false, false));
    }
}

TEST(LineSplitter, ForgetsALongLineThatIsOverwritten) {
    const auto log = std::string(500, 'x') + "\r" + std::string(300, 'y') + "\rend\r\n";
    for (const std::size_t piece : {1U, 50U, 10'000U}) {
        SCOPED_TRACE(piece);
        const auto result = split_in_pieces(log, piece, 100);
        ASSERT_EQ(result.texts.size(), 1U);
        EXPECT_TRUE(result.texts[0].ends_with("end\r")) << result.texts[0];
        EXPECT_THAT(result.cut, ElementsAre(false));
    }
}

TEST(LineSplitter, KnowsOfALineWhatACloserLookFinds) {
    std::mt19937 random{3};
    std::string log;
    while (log.size() < 100'000) {
        if (random() % 4 != 0) log += "2026-01-18T11:08:00.4183657Z ";
        if (random() % 9 == 0) log += "\xEF\xBB\xBF";
        const auto length = random() % 50 == 0 ? 20'000 : random() % 100;
        for (auto left = length; left > 0; --left) log += random() % 5 == 0 ? "\x1b\r\t\xe2"[random() % 4] : 'x';
        log += '\n';
    }
    for (const std::size_t piece : {1U, 50U, 5000U, 100'000U}) {
        SCOPED_TRACE(piece);
        LineSplitter splitter{1000};
        OddBytes closer;
        std::size_t lines = 0;
        std::size_t checksum = 0;
        const LineSplitter::Sink sink = [&](const LineSplitter::RawLine& line) {
            ++lines;
            const auto odd = closer.find(line.text);
            ASSERT_EQ(line.known.odd.size(), odd.size());
            for (std::size_t i = 0; i < odd.size(); ++i) ASSERT_EQ(line.known.odd[i] - line.known.origin, odd[i]);
            // The address sanitizer sees whether so much can be read.
            const auto whole = std::string_view{line.text.data(), line.text.size() + line.known.readable};
            checksum += whole.empty() ? 0U : static_cast<unsigned char>(whole.back());
        };
        for (std::size_t at = 0; at < log.size(); at += piece) {
            const auto bytes = std::string_view{log}.substr(at, piece);
            const std::vector<char> alone(bytes.begin(), bytes.end());
            splitter.feed({alone.data(), alone.size()}, sink);
        }
        EXPECT_EQ(lines, static_cast<std::size_t>(std::count(log.begin(), log.end(), '\n')));
        EXPECT_GT(checksum, 0U);
    }
}

TEST(LineSplitter, SaysHowMuchOfALineStandsOpen) {
    LineSplitter splitter{100};
    const LineSplitter::Sink nobody = [](const LineSplitter::RawLine&) {};
    splitter.feed("one\ntw", nobody);
    EXPECT_EQ(splitter.pending(), 2U);
    splitter.feed("o\n", nobody);
    EXPECT_EQ(splitter.pending(), 0U);
}

}  // namespace
}  // namespace flux::logs
