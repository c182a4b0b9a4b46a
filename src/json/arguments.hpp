#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "json/raw.hpp"

namespace flux::json {

/// The arguments of a call, read by name. Every failure is `invalid_argument` and names the argument, what was expected
/// and what was found: "`lines` has to be an integer from 1 to 10000, not \"many\"."
///
/// Cheap to copy; owns what it reads from, so that a task may take it along.
class Arguments {
public:
    /// `text` is a JSON object that passed the strict pre-pass (json/strict.hpp); empty: no arguments.
    static Result<Arguments> parse(std::string_view text);

    Arguments() = default;

    bool has(std::string_view name) const;  ///< present and not null

    Result<std::string> text(std::string_view name) const;
    Result<std::optional<std::string>> optional_text(std::string_view name) const;
    Result<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most) const;
    Result<std::optional<std::int64_t>> optional_integer(std::string_view name, std::int64_t least,
                                                         std::int64_t most) const;
    Result<std::optional<bool>> optional_boolean(std::string_view name) const;
    /// One of `choices`.
    Result<std::optional<std::string>> optional_choice(std::string_view name,
                                                       std::initializer_list<std::string_view> choices) const;
    /// The object itself, for free-form members; absent if it isn't given. A view of what this owns.
    Result<Raw> optional_object(std::string_view name) const;
    /// The value as it stands in the text, `null` too; absent if there is none. A view of what this owns.
    Raw find(std::string_view name) const;

    /// `invalid_argument` for the first member that isn't one of `names`, with the nearest of them.
    Result<void> only(std::initializer_list<std::string_view> names) const;

private:
    struct Held;
    std::shared_ptr<const Held> held_;  ///< nullptr: no arguments
};

}  // namespace flux::json
