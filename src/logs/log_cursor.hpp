#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace flux::logs {

/// How far a reader has read the logs of one attempt of a run. A value: the same cursor always means the same place,
/// because line numbers never change.
struct LogCursor {
    std::int64_t run = 0;
    int attempt = 0;                                 ///< 0: the newest, for a reader that knows only the run
    std::map<std::int64_t, std::int64_t> next = {};  ///< by job id: the first line not yet read; absent: 1
    /// Jobs that are over and were read to their end, which needs no number each: the first id of a stretch of ids, and
    /// the last.
    std::map<std::int64_t, std::int64_t> read = {};
    /// By job id: how many beginnings and ends of its steps the reader was told before there were lines.
    std::map<std::int64_t, std::int64_t> transitions = {};

    /// The first line of `job` that wasn't read; beyond every line for one that was read to its end.
    std::int64_t next_line(std::int64_t job) const;

    /// As text that clients hand back unread.
    std::string encode() const;

    /// `invalid_argument`, with reason `cursor_mismatch` when it belongs to another run than `run`, and
    /// `cursor_damaged` when it isn't a cursor.
    static Result<LogCursor> decode(std::string_view text, std::int64_t run);

    friend bool operator==(const LogCursor&, const LogCursor&) = default;
};

}  // namespace flux::logs
