#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flux::transport {

/// A request's target in its two parts, both as sent.
struct Target {
    std::string_view path;
    std::string_view query;  ///< without the `?`

    explicit Target(std::string_view text);
};

/// `text` with `%xx` decoded; nothing if an escape is malformed, or the result would hold a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

/// The decoded value (`+` is a space) of the first parameter of that name, or nothing if it is absent or malformed.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

/// `target` for logs: the values of `token` and `ticket` are left out.
std::string without_secrets(std::string_view target);

}  // namespace flux::transport
