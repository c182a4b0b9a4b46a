#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flux::logs {

/// One entry of a folded view: a line that is shown, or a stretch of lines that are not. Together, in their order, the
/// entries cover every line once, so that line numbers stay what they are.
struct FoldedLines {
    enum class Kind : std::uint8_t {
        shown,     ///< a single line
        repeats,   ///< say again what the `period` lines before them say, word by word
        progress,  ///< differ from the lines around them in numbers and bars only
    };
    Kind kind = Kind::shown;
    std::size_t first = 0;  ///< indexes of lines, inclusive
    std::size_t last = 0;
    std::size_t period = 1;  ///< of repeats: how many lines are repeated

    std::size_t lines() const { return last - first + 1; }
};

/// Folds lines that follow each other and repeat: the same line, the same few lines (up to 8) in turn, and the steps of
/// a progress bar, of which the first and the last stay. Pure; linear in the text for logs as they are, whatever they
/// hold.
std::vector<FoldedLines> fold_repeats(std::span<const std::string_view> lines);

/// What stands in a view where lines were folded: `(lines 12-53: the line above, 42 more times)`. `first_line`: the
/// number of the line with index 0. Empty for a line that is shown.
std::string folding_remark(const FoldedLines& folded, std::int64_t first_line);

}  // namespace flux::logs
