#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "logs/line_splitter.hpp"
#include "logs/raw_log.hpp"
#include "logs/utf16.hpp"

namespace flux::logs {

/// The last lines of a log.
struct LastLines {
    /// They stand at its end, numbered as in the whole log, with some before them. Its steps are not those of the whole
    /// log, whose beginnings nobody looked at.
    RawLog log;
    std::size_t first = 0;  ///< index in `log` of the first that was asked for; its size where there is none
    std::size_t lines = 0;  ///< of the whole log
};

/// Keeps the last lines of a log that comes by once: they have the texts and numbers that a RawLog of all of it gives
/// them, for little more than a look for line feeds at what stands before them.
///
/// Private keys that begin before those lines are hidden in them as well, as a thousand lines more are looked at: four
/// times the longest key, so that other jobs' lines may stand between its own. In bounded memory: 128 KiB of each line
/// that is wanted, and some MiB.
class LogTail {
public:
    /// At most `wanted` lines; what is fed is numbered as if `lines_before` came before it.
    explicit LogTail(std::size_t wanted, std::size_t lines_before = 0) : wanted_{wanted}, before_{lines_before} {}

    /// As of RawLogBuilder; of the names the last are kept.
    void begin_file(std::string job, std::string step);

    /// The next bytes, cut anywhere.
    void feed(std::string_view bytes);

    LastLines finish() &&;

private:
    std::size_t kept_lines() const { return wanted_ + run_in_lines; }
    void end_line();
    void take_front(std::string_view utf8);
    void take(std::string_view bytes);
    void trim();
    void settle();
    void drop_oldest();

    static constexpr std::size_t run_in_lines = 1000;

    std::size_t wanted_;
    std::size_t before_;
    FileDecoder decoder_;
    std::string front_;  ///< of a log that begins without a file's name
    bool in_file_ = false;
    std::string job_;
    std::string step_;
    std::size_t line_feeds_ = 0;
    bool open_ = false;  ///< the last line has no end yet

    // The last bytes as they came, from a line's beginning on, or from where `settled_` ends.
    std::string bytes_;
    std::size_t trim_at_ = 0;
    // Older lines, as only the long ones come to be cut: without byte order marks, and short enough.
    std::deque<std::string> settled_;
    std::size_t settled_bytes_ = 0;
    LineSplitter splitter_{RawLogBuilder::longest_line};
};

}  // namespace flux::logs
