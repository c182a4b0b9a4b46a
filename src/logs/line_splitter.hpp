#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logs/odd_bytes.hpp"
#include "logs/stamp.hpp"

namespace flux::logs {

/// Cuts a log that comes in pieces into its lines, in constant memory whatever the log.
///
/// Lines end with LF; nothing else ends one, so that the numbers are those of everybody who counts LFs. Byte order
/// marks and the stamp at a line's front are taken off. Of a line that is too long the front is kept, and of what its
/// carriage returns overwrote nothing, so that a progress bar of a gigabyte ends as what it showed last.
class LineSplitter {
public:
    struct RawLine {
        std::string_view text;  ///< without stamp and LF; lives until the sink returns
        Stamp stamp;
        bool cut = false;             ///< it was longer
        std::string_view stamp_text;  ///< with its blank
        KnownOfLine known;            ///< of `text`
    };
    using Sink = std::function<void(const RawLine&)>;

    /// Keeps at most `longest` bytes of a line.
    explicit LineSplitter(std::size_t longest) : longest_{longest} {}

    /// `sink` is called for each line that `bytes` end.
    void feed(std::string_view bytes, const Sink& sink);
    /// The log is over: what stands there without LF is its last line.
    void finish(const Sink& sink);

    /// What stands there without LF is dropped: what is fed next begins a line.
    void forget();

    /// How many bytes were fed since the last line's end.
    std::size_t pending() const { return fed_; }

private:
    std::span<const std::uint32_t> ends_among(std::span<const std::uint32_t> odd, std::string_view window);
    std::size_t take_whole_lines(std::string_view bytes, const Sink& sink);
    void keep(std::string_view piece);
    void give_kept(const Sink& sink);

    std::size_t longest_;
    StampReader stamps_;
    OddBytes odd_;
    std::vector<std::uint32_t> ends_;  ///< of the lines in a window, as indices into its odd bytes
    std::string line_;                 ///< without LF, stamp included
    std::size_t fed_ = 0;
    bool cut_ = false;
};

}  // namespace flux::logs
