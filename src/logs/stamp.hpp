#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"

namespace flux::logs {

/// The stamp at the front of a line of a job's log: `2026-01-18T11:08:00.4183657Z` and the blank behind it, with any
/// number of digits in the fraction or none.
struct Stamp {
    WallTime time{};
    std::size_t length = 0;  ///< with the blank; 0: there is no stamp
    bool usual = false;      ///< of 28 characters and a blank, as the runner writes it
};

Stamp stamp_at(std::string_view text);

/// The same, and quicker for stamps that follow each other: most are of the second of the one before.
class StampReader {
public:
    /// No line has line feeds in it: none is like the one before the first.
    StampReader() { last_.fill('\n'); }

    /// The stamp at the front of a line, or of a text that begins with one.
    Stamp read(std::string_view text) {
        if (const auto microseconds = of_same_second(text); microseconds >= 0) {
            return {second_ + std::chrono::microseconds{microseconds}, usual_length, true};
        }
        return read_anew(text);
    }

private:
    static constexpr std::size_t to_second = 19;
    static constexpr std::size_t usual_length = 29;

    std::int32_t of_same_second(std::string_view text) const;
    Stamp read_anew(std::string_view text);

    std::array<char, to_second> last_;
    WallTime second_{};
};

/// `text` without the byte order marks at its front: the runner begins each block of a log with one.
inline std::string_view without_byte_order_marks(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    while (text.starts_with(mark)) text.remove_prefix(mark.size());
    return text;
}

}  // namespace flux::logs
