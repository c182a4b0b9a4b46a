#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flux::transport {

/// Cuts a stream into lines: LF ends one, a CR before it is dropped, empty lines are skipped. A line longer than the
/// limit is reported once and left out, whatever its length. No I/O; a line that lies whole in the window isn't copied.
class LineReader {
public:
    enum class Kind { more, line, too_long };

    struct Event {
        Kind kind;
        std::string_view text = {};  ///< valid until the next call, and as long as the window
    };

    explicit LineReader(std::size_t limit) : limit_{limit} {}

    /// Reads from the front of `window` and says by `used` how much it took: with `more`, all of it.
    Event next(std::string_view window, std::size_t& used);

private:
    std::size_t limit_;
    std::string partial_;
    bool delivered_ = false;  ///< `partial_` was given out
    bool skipping_ = false;   ///< the rest of a line that is too long
};

}  // namespace flux::transport
