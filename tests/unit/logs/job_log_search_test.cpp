#include <gmock/gmock.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/manual_clock.hpp"
#include "fakes/temporary_folder.hpp"
#include "logs/job_log.hpp"
#include "logs/job_log_store.hpp"
#include "logs/line_pattern.hpp"

namespace flux::logs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const JobLogKey the_key{.run = 7, .attempt = 1, .job = 99};

LinePattern compiled(std::string_view pattern, bool ignore_case = false, bool regex = false) {
    return LinePattern::compile(pattern, {.regex = regex, .ignore_case = ignore_case}).value();
}

/// What a search has to find: each line read, and held against the pattern.
std::vector<std::int64_t> line_by_line(const JobLogReader& reader, const LinePattern& pattern, std::int64_t first = 1,
                                       std::int64_t last = std::numeric_limits<std::int64_t>::max()) {
    std::vector<std::int64_t> numbers;
    LogWindow window{.first_line = first, .last_line = last, .max_lines = 20'000, .max_bytes = 1 << 20};
    while (true) {
        const auto lines = reader.read(window).value();
        if (lines.empty()) return numbers;
        for (const auto& line : lines) {
            if (pattern.matches(line.text)) numbers.push_back(line.number);
        }
        window.first_line = lines.back().number + 1;
    }
}

std::vector<std::int64_t> searched(const JobLogReader& reader, const LinePattern& pattern, LineSearch search = {}) {
    std::vector<std::int64_t> numbers;
    search.limit = 1'000'000;
    while (true) {
        const auto found = reader.search(pattern, search).value();
        EXPECT_EQ(found.total, found.lines.size());
        numbers.insert(numbers.end(), found.lines.begin(), found.lines.end());
        if (found.next_line == search.first_line) return numbers;
        search.first_line = found.next_line;
    }
}

class JobLogSearchTest : public testing::Test {
protected:
    /// A log as it is downloaded: cleaned on the way.
    JobLogReader stored(std::string_view text) {
        auto log = store.open_for_append(the_key).value();
        EXPECT_TRUE(log.append(text));
        EXPECT_TRUE(log.finish({}));
        return store.read(the_key).value();
    }
    /// A log of lines as they are: logs of an earlier version hold them as they were printed.
    JobLogReader printed(const std::vector<std::string>& lines) {
        auto log = JobLogWriter::open(folder.path() / "printed", clock).value();
        for (const auto& line : lines) log.append(1, line);
        log.flush();
        return JobLogReader::open(folder.path() / "printed").value();
    }

    TemporaryFolder folder;
    ManualClock clock;
    JobLogStore store = JobLogStore::open(folder.path() / "store", {}, clock).value();
};

TEST_F(JobLogSearchTest, FindsWhatIsShownWhateverIsStored) {
    struct Row {
        const char* name;
        const char* line;
        const char* pattern;
        bool ignore_case;
        bool regex;
        bool found;
    };
    const std::vector<Row> rows{
        {"plain", "the needle here", "needle", false, false, true},
        {"another case", "the Needle here", "needle", false, false, false},
        {"case ignored", "the Needle here", "nEEDLE", true, false, true},
        {"the Kelvin sign for a k", "wor\u212aing", "working", true, false, true},
        {"the long s for an s", "pa\u017f\u017fed", "PASSED", true, false, true},
        {"only letters that aren't ASCII alone", "\u212a\u017f", "ks", true, false, true},
        {"no ASCII at all", "\u00dcBER", "\u00fcber", true, false, true},
        {"a colour inside", "nee\x1b[31mdle", "needle", false, false, true},
        {"two colours inside", "n\x1b[1m\x1b[31meed\x1b[0mle", "needle", false, false, true},
        {"a colour inside, case ignored", "NEE\x1b[31mDLE", "needle", true, false, true},
        {"a colour before the end of something else", "nee\x1b[31mxdle", "needle", false, false, false},
        {"a colour's own letters", "\x1b[31mred", "31m", false, false, false},
        {"a title inside",
         "nee\x1b]0;title\x07"
         "dle",
         "needle", false, false, true},
        {"a C1 sequence inside", "nee\u009b31mdle", "needle", false, false, true},
        {"taken back", "needx\ble", "needle", false, false, true},
        {"overwritten", "needle\rhay", "needle", false, false, false},
        {"NUL inside",
         "nee\x01"
         "dle",
         "needle", false, false, true},
        {"a byte order mark inside",
         "nee\ufeff"
         "dle",
         "needle", false, false, true},
        {"an invisible character inside",
         "nee\u200b"
         "dle",
         "needle", false, false, false},
        {"what an invisible character is shown as",
         "nee\u200b"
         "dle",
         "e<U+200B>d", false, false, true},
        {"how many more there are", "x\u200b\u200b\u200b", "2 more", false, false, true},
        {"a mask", "https://user:secret@host/", "user:***@host", false, false, true},
        {"only the mask", "https://user:secret@host/", "***", false, false, true},
        {"a secret", "https://user:secret@host/", "secret", false, false, false},
        {"stars that were printed", "a ** b", "a **", false, false, true},
        {"the stamp", "hay", "T00:", false, false, false},
        {"from the stamp into the text", "hay", "Z hay", false, false, false},
        {"an expression with a text", "error TS2304: x", "TS\\d+: x$", false, true, true},
        {"an expression with a text that isn't all", "error TS: x", "TS\\d+: x", false, true, false},
        {"an expression without a text", "abc42", "^[a-z]+4.$", false, true, true},
        {"one of two", "it failed", "error|failed", false, true, true},
        {"an expression, case ignored", "Task FAILED", "(?:x|y)?task fa.led", true, true, true},
        {"a line feed before the pattern", "hay", "\nhay", false, false, false},
        {"a line feed in the pattern", "hay", "hay\n", false, false, false},
        {"the end of a line and the next stamp", "hay", "hay\n2", false, false, false},
    };
    for (const auto& row : rows) {
        for (const bool raw : {false, true}) {
            SCOPED_TRACE(std::string{row.name} + (raw ? ", as printed" : ", stored"));
            const TemporaryFolder place;
            auto logs = JobLogStore::open(place.path() / "store", {}, clock).value();
            const auto write = [&] {
                if (raw) {
                    auto log = JobLogWriter::open(place.path() / "log", clock).value();
                    for (const auto* text : {"one", row.line, "three"}) log.append(1, text);
                    return;
                }
                auto log = logs.open_for_append(the_key).value();
                EXPECT_TRUE(log.append("one\n" + std::string{row.line} + "\nthree\n"));
                EXPECT_TRUE(log.finish({}));
            };
            write();
            const auto reader = raw ? JobLogReader::open(place.path() / "log").value() : logs.read(the_key).value();
            const auto pattern = compiled(row.pattern, row.ignore_case, row.regex);

            const auto numbers = searched(reader, pattern);

            EXPECT_EQ(numbers, row.found ? std::vector<std::int64_t>{2} : std::vector<std::int64_t>{});
            EXPECT_EQ(numbers, line_by_line(reader, pattern));
        }
    }
}

TEST_F(JobLogSearchTest, CountsAllAndKeepsTheFirst) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += i % 10 == 3 ? "a needle\n" : "hay\n";
    const auto reader = stored(text);

    const auto found = reader.search(compiled("needle"), {.first_line = 5, .last_line = 100, .limit = 3}).value();

    EXPECT_THAT(found.lines, ElementsAre(14, 24, 34));
    EXPECT_EQ(found.total, 9u);
    EXPECT_EQ(found.next_line, 101);
}

TEST_F(JobLogSearchTest, GoesOnInSteps) {
    std::string text;
    for (int i = 1; i <= 60'000; ++i) text += i % 7000 == 0 ? "a needle\n" : std::string(60, 'x') + "\n";
    const auto reader = stored(text);
    LineSearch search{.max_bytes = 1};
    std::vector<std::int64_t> numbers;
    int steps = 0;
    for (; search.first_line <= reader.lines(); ++steps) {
        const auto found = reader.search(compiled("needle"), search).value();
        ASSERT_GT(found.next_line, search.first_line);
        numbers.insert(numbers.end(), found.lines.begin(), found.lines.end());
        search.first_line = found.next_line;
    }

    EXPECT_GT(steps, 3);
    EXPECT_THAT(numbers, ElementsAre(7000, 14'000, 21'000, 28'000, 35'000, 42'000, 49'000, 56'000));
}

TEST_F(JobLogSearchTest, SaysWhereItStandsWhereNothingIs) {
    const auto reader = printed({"a needle"});

    const auto found = reader.search(compiled("needle"), {.first_line = 2}).value();

    EXPECT_THAT(found.lines, IsEmpty());
    EXPECT_EQ(found.next_line, 2);
}

TEST_F(JobLogSearchTest, HidesAKeyThatAnEarlierVersionPrinted) {
    const auto reader = printed({"-----BEGIN RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA1234567890abcdef",
                                 "needleneedleneedleneedle", "-----END RSA PRIVATE KEY-----", "needle"});

    EXPECT_THAT(searched(reader, compiled("needle")), ElementsAre(5));
    EXPECT_THAT(searched(reader, compiled("NEEDLE", true)), ElementsAre(5));
}

TEST_F(JobLogSearchTest, FindsMoreInALogThatGrows) {
    auto log = store.open_for_append(the_key).value();
    const auto reader = [&] { return store.read(the_key).value(); };
    const auto pattern = compiled("needle");
    LineSearch search;
    std::vector<std::int64_t> numbers;
    for (int i = 1; i <= 40; ++i) {
        // Whole lines are there after each piece, and the beginning of the next isn't.
        ASSERT_TRUE(log.append(i % 3 == 0 ? "dle\nhay\nnee" : "dle\nhay\na needle\nx nee"));
        const auto found = reader().search(pattern, search).value();
        numbers.insert(numbers.end(), found.lines.begin(), found.lines.end());
        EXPECT_EQ(found.next_line, reader().lines() + 1);
        search.first_line = found.next_line;
    }

    EXPECT_FALSE(numbers.empty());
    EXPECT_EQ(numbers, line_by_line(reader(), pattern));
    EXPECT_EQ(numbers, searched(reader(), pattern));
}

TEST_F(JobLogSearchTest, RefusesAnIndexThatDoesNotFitItsText) {
    printed({"one", "two", "three"});
    std::filesystem::resize_file(folder.path() / "printed" / "index", 0);
    {
        // The index of another log of as many lines.
        auto other = JobLogWriter::open(folder.path() / "other", clock).value();
        for (const auto* text : {"1", "22", "333"}) other.append(1, text);
    }
    std::filesystem::copy_file(folder.path() / "other" / "index", folder.path() / "printed" / "index",
                               std::filesystem::copy_options::overwrite_existing);
    const auto reader = JobLogReader::open(folder.path() / "printed").value();

    const auto found = reader.search(compiled("one"), {});

    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::internal);
}

/// Lines of pieces that matter to one of the ways a search goes.
class Lines {
public:
    explicit Lines(unsigned seed) : random_{seed} {}

    std::string line() {
        static constexpr std::array<std::string_view, 34> pieces{"needle",
                                                                 "Needle",
                                                                 "nee",
                                                                 "dle",
                                                                 "NEEDLE",
                                                                 "kiss",
                                                                 "KISS",
                                                                 "\u212ai\u017fs",
                                                                 "error TS",
                                                                 "2304",
                                                                 ": ",
                                                                 "\x1b[31m",
                                                                 "\x1b[0m",
                                                                 "\x1b[1;32m",
                                                                 "\x1b]0;t\x07",
                                                                 "\u200b",
                                                                 "\ufeff",
                                                                 "\u2713 ",
                                                                 "\u2500\u2500",
                                                                 "\U0001f600",
                                                                 "\u00e9\u00c9",
                                                                 "\r",
                                                                 "\b",
                                                                 "\t",
                                                                 "*",
                                                                 "**",
                                                                 "https://u:secret@h/",
                                                                 "ghp_",
                                                                 "0123456789abcdefABCDEF",
                                                                 "\xff",
                                                                 "\xe2\x80",
                                                                 "<U+200B>",
                                                                 "-----BEGIN RSA PRIVATE KEY-----",
                                                                 " "};
        std::string text;
        const auto count = below(9);
        for (unsigned i = 0; i < count; ++i) text += pieces[below(pieces.size())];
        if (below(150) == 0) text.append(below(200'000), 'n').append(pieces[below(pieces.size())]);
        return text;
    }

    struct Query {
        std::string pattern;
        bool ignore_case = false;
        bool regex = false;
    };
    Query query() {
        static constexpr std::array<std::string_view, 18> texts{
            "needle", "NEEDLE", "eedl", "n",      "kiss",  "KISS",      "k",  "\u00e9", "\u2713 ",
            "***",    "u:***@", "*",    "U+200B", "more>", "not there", "\t", "31m",    "TS2304: "};
        static constexpr std::array<std::string_view, 10> expressions{
            "ne+dle", "error TS\\d+", "needle|kiss", "^needle$",   "[A-Z]+",
            "n.*e",   "(nee)(dle)",   "nee?dle",     "\\*\\*\\*@", "2304|needle|\u2713 "};
        Query query;
        query.regex = below(2) == 0;
        query.pattern = query.regex ? expressions[below(expressions.size())] : texts[below(texts.size())];
        query.ignore_case = below(2) == 0;
        return query;
    }

    unsigned below(std::size_t end) {
        return static_cast<unsigned>(std::uniform_int_distribution<std::size_t>{0, end - 1}(random_));
    }

private:
    std::mt19937 random_;
};

TEST_F(JobLogSearchTest, FindsInAnyLogWhatReadingEachLineFinds) {
    std::size_t hits = 0;
    for (unsigned seed = 0; seed < 6; ++seed) {
        Lines lines{seed};
        const TemporaryFolder place;
        auto logs = JobLogStore::open(place.path(), {}, clock).value();
        auto log = logs.open_for_append(the_key).value();
        std::string text;
        for (int i = 0; i < 500; ++i) text += lines.line() + '\n';
        for (std::string_view rest = text; !rest.empty();) {
            // A live log: it is searched while it grows.
            const auto piece = rest.substr(0, 1 + lines.below(text.size()));
            rest.remove_prefix(piece.size());
            ASSERT_TRUE(log.append(piece));
            if (rest.empty()) {
                ASSERT_TRUE(log.finish({}));
            }
            const auto reader = logs.read(the_key).value();
            for (int i = 0; i < 8; ++i) {
                const auto query = lines.query();
                SCOPED_TRACE(testing::Message()
                             << "seed " << seed << ", pattern " << query.pattern
                             << (query.ignore_case ? ", case ignored" : "") << (query.regex ? ", an expression" : ""));
                const auto pattern = compiled(query.pattern, query.ignore_case, query.regex);
                const auto first = static_cast<std::int64_t>(1 + lines.below(100));
                const auto last = static_cast<std::int64_t>(1 + lines.below(700));

                const auto found =
                    searched(reader, pattern, {.first_line = first, .last_line = last, .max_bytes = 50'000});

                hits += found.size();
                ASSERT_EQ(found, line_by_line(reader, pattern, first, last));
            }
        }
    }
    EXPECT_GT(hits, 1000u);
}

TEST_F(JobLogSearchTest, FindsInLinesAsTheyWerePrintedWhatReadingEachLineFinds) {
    std::size_t hits = 0;
    for (unsigned seed = 100; seed < 106; ++seed) {
        Lines lines{seed};
        const TemporaryFolder place;
        auto log = JobLogWriter::open(place.path(), clock).value();
        for (int i = 0; i < 500; ++i) {
            auto line = lines.line();
            // The lines of a key are shown by what stands before them on the same page, which is the reader's own.
            while (line.find("PRIVATE KEY") != std::string::npos) line = lines.line();
            log.append(1, line);
        }
        log.flush();
        const auto reader = JobLogReader::open(place.path()).value();
        for (int i = 0; i < 20; ++i) {
            const auto query = lines.query();
            SCOPED_TRACE(testing::Message()
                         << "seed " << seed << ", pattern " << query.pattern
                         << (query.ignore_case ? ", case ignored" : "") << (query.regex ? ", an expression" : ""));
            const auto pattern = compiled(query.pattern, query.ignore_case, query.regex);

            const auto found = searched(reader, pattern);

            hits += found.size();
            ASSERT_EQ(found, line_by_line(reader, pattern));
        }
    }
    EXPECT_GT(hits, 1000u);
}

}  // namespace
}  // namespace flux::logs
