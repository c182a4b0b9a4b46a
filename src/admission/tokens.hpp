#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace flux::admission {

/// The tokens that open the door, kept as SHA-256 digests only.
class Tokens {
public:
    /// One or several, separated by commas or blanks. None is fine and means that no token is asked for.
    /// `invalid_argument` (without the token) for characters that no header can carry.
    static Result<Tokens> parse(const Secret& list);

    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }

    /// `token:<first 12 hex digits of the digest>` if the token is known. Takes the same time for every token of that
    /// length, known or not: digests are compared, and always all of them.
    std::optional<std::string> principal_of(std::string_view token) const;

private:
    using Digest = std::array<std::uint8_t, 32>;

    std::vector<Digest> entries_;
};

}  // namespace flux::admission
