#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace flux::logs {

struct SearchOptions {
    bool regex = false;  ///< RE2; and else the text itself, by its letters
    bool ignore_case = false;
    std::string step = {};   ///< only steps whose name holds this, ignoring case; empty: all
    std::size_t limit = 20;  ///< matches that are kept; all are counted
};

/// A pattern, ready to be held against many lines. Cheap to copy, thread-safe.
class LinePattern {
public:
    /// `invalid_argument` with reason `invalid_pattern` that says where an expression is wrong. Of the options `regex`
    /// and `ignore_case` count.
    static Result<LinePattern> compile(std::string_view pattern, const SearchOptions& options);

    /// Linear in the length of the line, whatever the pattern.
    bool matches(std::string_view line) const;

    /// Texts of which every line that matches holds one; empty: not known.
    const std::vector<std::string>& required() const { return required_; }

    /// For a pattern that ignores case: texts of which every line that matches holds one, where the case of ASCII
    /// letters is of no matter. They are in lower case. Empty: not known, or the pattern doesn't ignore case.
    const std::vector<std::string>& required_in_any_case() const { return required_in_any_case_; }

private:
    LinePattern() = default;

    std::vector<std::string> required_;
    std::vector<std::string> required_in_any_case_;
    std::shared_ptr<const re2::RE2> expression_;  ///< nullptr: the required text is all
};

}  // namespace flux::logs
