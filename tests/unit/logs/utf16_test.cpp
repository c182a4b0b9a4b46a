#include "logs/utf16.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "logs/line_cleaner.hpp"
#include "logs/log_tail.hpp"
#include "logs/raw_log.hpp"

namespace flux::logs {
namespace {

using testing::ElementsAre;

std::string wide(std::u16string_view text, ByteOrder order = ByteOrder::little) {
    std::string bytes;
    for (const auto unit : text) {
        const auto low = static_cast<char>(unit & 0xffU);
        const auto high = static_cast<char>(unit >> 8U);
        bytes += order == ByteOrder::little ? low : high;
        bytes += order == ByteOrder::little ? high : low;
    }
    return bytes;
}

std::vector<std::string> texts(const RawLog& log, std::size_t first = 0) {
    std::vector<std::string> all;
    for (auto i = first; i < log.size(); ++i) all.emplace_back(log.text(i));
    return all;
}

RawLog decode_in_pieces(std::string_view bytes, std::size_t piece) {
    RawLogBuilder builder;
    for (std::size_t at = 0; at < bytes.size(); at += piece) builder.feed(bytes.substr(at, piece));
    return std::move(builder).finish();
}

TEST(FileDecoder, DecodesByTheMarkWhereverPiecesEnd) {
    const std::u16string_view log = u"\ufeff\x1b[31merror\x1b[0m: größer\r\n日本 😀\r\nlast";
    for (const auto order : {ByteOrder::little, ByteOrder::big}) {
        const auto bytes = wide(log, order);
        for (std::size_t piece = 1; piece < 12; ++piece) {
            EXPECT_THAT(texts(decode_in_pieces(bytes, piece)), ElementsAre("error: größer", "日本 😀", "last"));
            LogTail tail{2};
            for (std::size_t at = 0; at < bytes.size(); at += piece)
                tail.feed(std::string_view{bytes}.substr(at, piece));
            const auto last = std::move(tail).finish();
            EXPECT_EQ(last.lines, 3U);
            EXPECT_THAT(texts(last.log, last.first), ElementsAre("日本 😀", "last"));
        }
    }
}

TEST(FileDecoder, FindsTheMarkOfEachFile) {
    RawLogBuilder builder;
    builder.begin_file("one", "");
    builder.feed(wide(u"\ufeffa\nb"));
    builder.begin_file("two", "");
    builder.feed("c\n");
    EXPECT_THAT(texts(std::move(builder).finish()), ElementsAre("a", "b", "c"));
}

TEST(FileDecoder, LeavesOtherFilesAsTheyAre) {
    EXPECT_THAT(texts(RawLog::decode("\xff")), ElementsAre("\ufffd"));
    EXPECT_THAT(texts(decode_in_pieces("\xff"
                                       "ab\n\xfe",
                                       1)),
                ElementsAre("\ufffd"
                            "ab",
                            "\ufffd"));
    // No beginning of a file.
    RawLogBuilder builder;
    builder.skip(3);
    builder.feed(
        "\xff\xfe"
        "ab");
    EXPECT_THAT(texts(std::move(builder).finish()), ElementsAre("\ufffd\ufffd"
                                                                "ab"));
}

TEST(FileDecoder, ShowsWhatIsMalformed) {
    EXPECT_THAT(texts(RawLog::decode(wide(u"\ufeffa\xd83d"
                                          u"b\xde00\xd83d"))),
                ElementsAre("a\ufffdb\ufffd\ufffd"));
    EXPECT_THAT(texts(RawLog::decode(wide(u"\ufeffa") + "b")), ElementsAre("a\ufffd"));
}

TEST(DecodeWideLine, ReadsAFileThatAScriptPrinted) {
    const std::string stamp = "2026-01-18T11:08:00.4183657Z ";
    const auto log =
        RawLog::decode(stamp + "before\n" +
                       "cat: " + wide(u"\ufeffFehler: größer 日本 \x1b[31mrot\x1b[0m\r\nzweite\r\n\r\n") + "after\n");
    // Its half of a line feed stands before what follows the file.
    EXPECT_THAT(texts(log), ElementsAre("before", "cat: Fehler: größer 日本 rot", "zweite", "", "after"));
}

TEST(DecodeWideLine, ReadsBigEndianAndALostMark) {
    EXPECT_THAT(texts(RawLog::decode("x" + wide(u"\ufefferror\r\nnext\r\n", ByteOrder::big))),
                ElementsAre("xerror", "next"));
    const std::string lost = "\ufffd\ufffd";
    EXPECT_THAT(texts(RawLog::decode(lost + wide(u"error\r\n"))), ElementsAre("error", ""));
    EXPECT_THAT(texts(RawLog::decode(lost + wide(u"error\r\n", ByteOrder::big))), ElementsAre("error"));
    EXPECT_THAT(texts(RawLog::decode(wide(u"gr") + "\ufffd" + std::string(1, '\0') + wide(u"n\n"))),
                ElementsAre("gr\ufffdn", ""));
}

TEST(DecodeWideLine, LeavesDataAndItsNulsAlone) {
    std::string utf8;
    EXPECT_FALSE(decode_wide_line("no nul", utf8));
    EXPECT_FALSE(decode_wide_line(std::string_view{"one\0nul in a long line", 22}, utf8));
    EXPECT_EQ(LineCleaner::bare_text(std::string_view{"one\0nul in a long line\r\0", 24}), "onenul in a long line");
}

TEST(DecodeWideLine, HidesSecretsInIt) {
    Masks masks;
    ASSERT_EQ(masks.add("hunter2-pä"), Masks::Added::hidden);
    LineCleaner cleaner{Escapes::colours, {.known = &masks, .by_shape = false}};
    EXPECT_EQ(cleaner.clean(wide(u"key \x1b[1mhunter2-pä\x1b[0m\r")).text, "key \x1b[1m***\x1b[0m");
}

}  // namespace
}  // namespace flux::logs
