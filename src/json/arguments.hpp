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
/// Cheap to copy. Looks into the text of the call, or owns a copy of it.
class Arguments {
public:
    /// Those of `object`, which has to outlive this and its copies; absent: no arguments.
    static Result<Arguments> of(Raw object);
    /// Those of `text`, an object that passed the strict pre-pass (json/strict.hpp). Owns what it reads from.
    static Result<Arguments> parse(std::string_view text);

    Arguments() = default;

    /// The same, with a text of its own: for who takes them along beyond the call.
    Arguments owned() const;

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
    /// The object itself, for free-form members; absent if it isn't given. A view of the text.
    Result<Raw> optional_object(std::string_view name) const;
    /// The value as it stands in the text, `null` too; absent if there is none. A view of the text.
    Raw find(std::string_view name) const;

    /// `invalid_argument` for the first member that isn't one of `names`, with the nearest of them.
    Result<void> only(std::initializer_list<std::string_view> names) const;

private:
    explicit Arguments(Raw object, std::shared_ptr<const void> owner = nullptr);

    Raw object_;                         ///< absent: no arguments
    std::shared_ptr<const void> owner_;  ///< of its text; nullptr: that is somebody else's
};

}  // namespace flux::json
