#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flux {

/// How many bytes at the front of `text` are ASCII; most of what comes is that all through.
std::size_t ascii_length(std::string_view text);

/// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);

/// `text` with every malformed byte sequence replaced by U+FFFD and every NUL left out.
std::string to_utf8(std::string_view text);

/// `text` without the ASCII blanks around it.
std::string_view trimmed(std::string_view text);

/// ASCII letters in lower case; all other bytes as they are.
std::string ascii_lower(std::string_view text);

bool equal_ignoring_case(std::string_view a, std::string_view b);

/// The pieces between `separator`; always one more than there are separators.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The whole of `text` as a decimal integer, or nothing (also for a leading `+` and for what does not fit).
std::optional<std::int64_t> to_integer(std::string_view text);

/// Up to `count` of `names` that look like `wanted`, the nearest first (edit distance, ignoring case, and common
/// parts).
std::vector<std::string> nearest(std::string_view wanted, const std::vector<std::string>& names, std::size_t count = 3);

/// At most `limit` bytes of `text`, cut between characters, with `…` at the end if something was left out.
std::string shortened(std::string_view text, std::size_t limit);

}  // namespace flux
