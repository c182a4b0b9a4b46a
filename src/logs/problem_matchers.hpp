#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "logs/line.hpp"

namespace re2 {
class RE2;
}

namespace flux::logs {

/// One line of what a problem matcher looks for: an expression, and which of its groups holds what (0: all of it).
struct ProblemPattern {
    std::shared_ptr<const re2::RE2> expression;
    std::optional<int> file;
    std::optional<int> from_path;
    std::optional<int> line;
    std::optional<int> column;
    std::optional<int> severity;
    std::optional<int> code;
    std::optional<int> message;
    bool loop = false;  ///< the last of several: each further line that matches is a problem, too
};

/// How a tool prints its problems, as a workflow tells its runner with `::add-matcher::`.
struct ProblemMatcher {
    std::string owner;
    std::string severity;   ///< where the line doesn't tell; empty: error
    std::string from_path;  ///< the same for the file that paths are relative to
    std::vector<ProblemPattern> patterns;
};

/// What a file of problem matchers holds.
struct ProblemMatcherFile {
    std::vector<ProblemMatcher> matchers;
    std::vector<std::string> refused;  ///< sentences about matchers whose expressions RE2 doesn't take
};

inline constexpr std::size_t max_problem_matcher_file = std::size_t{256} * 1024;

/// Reads a file of problem matchers by the rules of actions/runner (docs/adrs/0276-problem-matchers.md there, checked
/// in IssueMatcher.cs). `invalid_argument` names what breaks them; `too_large` beyond the limits of this reader, which
/// are those of a hostile file, far above what tools ship.
Result<ProblemMatcherFile> read_problem_matchers(std::string_view json);

/// A problem that a line shows, in the line's own words.
struct Problem {
    Level level = Level::error;  ///< error, warning or notice
    std::string message;
    std::string code;
    std::string file;       ///< as the tool wrote it
    std::string from_path;  ///< a file whose directory `file` is relative to; empty: the workspace
    int line = 0;           ///< 0: unknown
    int column = 0;
};

/// The matchers that are in force in a job. Linear in the length of the lines, whatever the expressions; memory is
/// bounded.
class ProblemMatchers {
public:
    /// Puts them before those that are here; one of the same owner is replaced, and gone where it has no pattern.
    /// `too_large` where that makes too many.
    Result<void> add(std::vector<ProblemMatcher> matchers);
    void remove(std::string_view owner);
    bool empty() const { return matchers_.empty(); }

    /// The problem that ends with this line (without colours); nothing where it shows none, or one without message or
    /// of a severity that is none.
    std::optional<Problem> look_at(std::string_view line);

    /// Forgets what was seen of problems that go over several lines: another program's output follows.
    void forget();

private:
    /// What the lines before gave, by pattern.
    struct Values {
        std::optional<std::string> file, from_path, line, column, severity, code, message;
    };
    struct Active {
        ProblemMatcher matcher;
        std::vector<std::optional<Values>> seen;  ///< of each pattern but the last
    };

    static std::optional<Values> match(Active& active, std::string_view line);

    std::vector<Active> matchers_;
};

}  // namespace flux::logs
