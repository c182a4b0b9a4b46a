#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "logs/masks.hpp"

namespace flux::providers::local {

inline constexpr std::size_t max_line_bytes = 64 * 1024;
inline constexpr std::size_t max_command_bytes = 1024 * 1024;  ///< of a line that begins with `::`

/// Cuts a program's output into lines of well-formed UTF-8 without NULs. Holds at most one line.
class LineCutter {
public:
    /// `continued`: the line before was not over; `continues`: this one isn't, because it was too long or its program
    /// paused.
    using Emit = std::function<void(std::string_view line, bool continued, bool continues)>;

    /// Never cuts through what `masks` hide.
    LineCutter(const logs::Masks& masks, Emit emit) : masks_{masks}, emit_{std::move(emit)} {}

    void feed(std::string_view bytes);
    /// Gives out what stands there of an unfinished line, unless it looks like the beginning of a command.
    void flush();
    /// The program has ended.
    void finish();

private:
    void cut_long_line();
    void give(std::size_t length, bool continues);
    bool looks_like_command() const;

    const logs::Masks& masks_;
    Emit emit_;
    std::string pending_;
    bool continued_ = false;
};

}  // namespace flux::providers::local
