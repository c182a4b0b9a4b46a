#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logs/raw_line.hpp"

namespace flux::logs {

/// A job log from a file or a download, decoded and cut into steps. Owns its text.
///
/// Reads what GitHub serves for a job, what `gh run view --log` prints (job, step and line between tabs), and plain
/// text. Byte order marks and stamps are taken off, each line goes through logs/line_cleaner; line numbers stay those
/// of the input, counted on LF from 1.
class RawLog {
public:
    static RawLog decode(std::string_view bytes);

    RawLog() = default;

    std::size_t size() const { return lines_.size(); }
    /// The line's 1-based number in the whole log: more than `index + 1` where lines before it were not read.
    std::size_t number_of(std::size_t index) const;
    /// How many of these lines have a number of at most `number`.
    std::size_t lines_up_to(std::size_t number) const;
    RawLine line(std::size_t index) const;
    /// The line's text: valid UTF-8, without stamp, escapes and `##[level]`. At most 16 KiB of it. Empty where it was
    /// left out of a log that is too large.
    std::string_view text(std::size_t index) const;
    const std::vector<RawStep>& steps() const { return steps_; }

    /// The indexes of the lines that hold `literal`, which isn't empty, in their order. Many times quicker than to ask
    /// for each line.
    std::vector<std::size_t> lines_holding(std::string_view literal) const;

private:
    friend class RawLogBuilder;

    /// Bits: block 22, place in it 20, length 15, continues 1, level 3, role 2. Ten million lines are nothing unusual.
    using Packed = std::uint64_t;
    static constexpr std::size_t block_bytes = (std::size_t{1} << 20U) - 1;
    static constexpr std::size_t longest_text = std::size_t{16} * 1024;
    struct Place {
        std::size_t block = 0;
        std::size_t at = 0;
        std::size_t length = 0;
    };
    static Place place_of(Packed packed);

    struct Gap {
        std::size_t index = 0;  ///< of the first line behind it
        std::size_t lines = 0;  ///< that are missing here and before
    };

    std::vector<Gap> gaps_;            ///< in their order
    std::vector<std::string> blocks_;  ///< one that was left out is empty
    std::deque<Packed> lines_;
    std::deque<std::int32_t> steps_of_lines_;
    std::vector<RawStep> steps_;
};

/// Makes a RawLog of pieces, as they are read. Memory is bounded: 12 bytes a line, and `most_text` bytes of text; of a
/// log that has more, the middles of its longest steps are left out.
class RawLogBuilder {
public:
    static constexpr std::size_t usual_text = std::size_t{192} << 20U;

    explicit RawLogBuilder(std::size_t most_text = usual_text);
    RawLogBuilder(RawLogBuilder&&) noexcept;
    RawLogBuilder& operator=(RawLogBuilder&&) noexcept;
    ~RawLogBuilder();

    /// What follows is another file: the log of `job`, or of its step `step` where that isn't empty. The file before it
    /// ends here.
    void begin_file(std::string job, std::string step);

    /// The next `lines` of the log are not here: what follows is numbered accordingly. A line ends before it.
    void skip(std::size_t lines);

    /// The next bytes, cut anywhere.
    void feed(std::string_view bytes);

    RawLog finish() &&;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace flux::logs
