#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "logs/candidates.hpp"

namespace flux::logs {

/// Whether the line ends a run of tests, or a part of it, in which all went well. The text is without what wraps it.
bool ends_tests_well(std::string_view text);

/// Whether it fails a run in which every test passed: coverage, obsolete snapshots, unhandled rejections.
bool fails_a_whole_run(const Candidate& candidate);

/// Follows one step and takes back errors that it got over: what a run of tests printed before it passed, an attempt
/// that another one followed, what somebody says was expected. They stay candidates, but hardly weigh anything.
/// Memory: a few marks for each of at most 64 programs that print side by side.
class Recoveries {
public:
    /// Of the program that printed a line, by what is put before its words: the same for all its lines.
    static std::uint64_t lane_of(std::string_view wrapper);

    /// A line of the step's script, which may let a command fail (`|| true`).
    void see_script(std::string_view text);

    /// Lowers what `found`, the candidates of the lines before `line`, weigh, where `text` takes them back.
    void see(std::string_view text, std::uint64_t lane, std::size_t line, std::vector<Candidate>& found);

    /// Lowers `candidate`, which is what `text` says, if the same line takes it back. False: it says nothing else.
    static bool judge(std::string_view text, Candidate& candidate);

    /// Behind the last line, `end`: believes attempts again where nothing better was found, and believes less what the
    /// step went on after: what a client of the network said before something was compiled or tested, what the script
    /// let fail, a failed run of tests whose tool passed later.
    void settle(std::vector<Candidate>& found, std::size_t end) const;

private:
    /// Where a program began with what a later line may call a success.
    struct Mark {
        std::size_t line = 0;
        std::string test;     ///< Go's name of the test that prints, or empty
        bool begun = false;   ///< a program said that it begins; else it is only the end of what was before
        bool failed = false;  ///< it said how many tests failed, and shows them from here on
    };

    /// Takes note of where a run of tests, or an attempt, begins or ends. False: the line says no such thing.
    bool see_mark(std::string_view text, std::uint64_t lane, std::size_t line, std::vector<Candidate>& found);
    void close(std::string_view test, std::uint64_t lane, std::size_t line, std::vector<Candidate>& found);

    std::map<std::uint64_t, Mark> marks_;
    bool tolerant_ = false;    ///< the script lets something fail
    std::size_t passed_ = 0;   ///< the line behind the last whole run of tests that passed
    std::size_t attempt_ = 0;  ///< the line behind the last one that announced an attempt; 0: none did
    std::size_t excuse_ = 0;   ///< the line behind the last one that took back what was expected
    std::size_t ran_ = 0;      ///< the line behind unittest's `Ran 3 tests in`
};

}  // namespace flux::logs
