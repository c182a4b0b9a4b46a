#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
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
    /// Numbers of lines, inclusive.
    struct Range {
        std::size_t first = 0;
        std::size_t last = 0;

        std::size_t lines() const { return last - first + 1; }
    };

    static RawLog decode(std::string_view bytes);

    RawLog() = default;

    std::size_t size() const { return size_; }
    /// The line's 1-based number in the whole log: more than `index + 1` where lines before it were not read.
    std::size_t number_of(std::size_t index) const;
    /// How many of these lines have a number of at most `number`.
    std::size_t lines_up_to(std::size_t number) const;
    RawLine line(std::size_t index) const;
    /// The line's text: valid UTF-8, without stamp, escapes and `##[level]`. At most 16 KiB of it. Empty where it was
    /// left out of a log that is too large.
    std::string_view text(std::size_t index) const;
    /// The step that the line belongs to, as an index into steps().
    std::size_t step_of(std::size_t index) const;
    const std::vector<RawStep>& steps() const { return steps_; }

    /// Which lines were read, but left out of a log that is too large, in their order. What they say is not known.
    std::vector<Range> left_out() const;

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

    /// Lines are kept and left out in groups.
    static constexpr std::size_t group_lines = 1024;
    using Group = std::array<Packed, group_lines>;
    const Group* group_of(std::size_t index) const { return groups_[index / group_lines].get(); }

    struct Gap {
        std::size_t index = 0;  ///< of the first line behind it
        std::size_t lines = 0;  ///< that are missing here and before
    };

    std::vector<Gap> gaps_;                       ///< in their order
    std::vector<std::string> blocks_;             ///< one that was left out is empty
    std::vector<std::unique_ptr<Group>> groups_;  ///< one that was left out is nullptr
    std::size_t size_ = 0;
    std::vector<RawStep> steps_;
};

/// What a RawLog may keep of a log that is too large: of more, the middles of its longest steps are left out.
struct RawLogLimits {
    std::size_t text = std::size_t{192} << 20U;  ///< bytes
    std::size_t lines = std::size_t{4} << 20U;   ///< of 8 bytes each, beside their text
};

/// A line of a log as it comes by.
struct PassingLine {
    std::size_t number = 0;  ///< as of RawLog::number_of()
    std::size_t step = 0;    ///< as of RawLog::step_of()
    std::string_view step_name;
    std::string_view text;  ///< as of RawLog::text(); valid until the next line
};

/// Makes a RawLog of pieces, as they are read, in bounded memory.
class RawLogBuilder {
public:
    /// Kept of a line before it is cleaned.
    static constexpr std::size_t longest_line = std::size_t{128} * 1024;
    /// What is looked at before it is clear what kind of file it is.
    static constexpr std::size_t front_bytes = std::size_t{64} * 1024;

    explicit RawLogBuilder(RawLogLimits limits = {});

    /// Keeps no line, but hands each to `sink`, however many there are. The log that finish() gives knows its size and
    /// its steps; all its lines are left out.
    static RawLogBuilder passing_on(std::function<void(const PassingLine&)> sink);

    RawLogBuilder(RawLogBuilder&&) noexcept;
    RawLogBuilder& operator=(RawLogBuilder&&) noexcept;
    ~RawLogBuilder();

    /// What follows is another file: the log of `job`, or of its step `step` where that isn't empty. The file before it
    /// ends here.
    void begin_file(std::string job, std::string step);

    /// A log that isn't here from its beginning: `front` is how it begins, up to `front_bytes`, and what follows stands
    /// behind its first `lines` lines. Comes before all else.
    void begin_behind(std::string_view front, std::size_t lines);

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
