#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "admission/door.hpp"
#include "admission/visitor.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace flux::admission {

/// What one connection said when it was last let in. Whoever says the same again, word for word, is let in again
/// without a second look: over HTTP that is nearly every request, and a look costs a digest, an address or two and a
/// search for the budget. Right as long as a door, which has its tokens and rules for life, answers the same knock the
/// same way.
///
/// Belongs to its connection, and so lives on that one's thread.
class LastKnock {
public:
    /// What `Door::admit` says. `knock` comes from the same peer, to the same port, as all before it.
    Result<Visitor> admit(const Door& door, const Knock& knock);

private:
    /// All that a door looks at beside the peer.
    using Words = std::array<std::optional<std::string_view>, 6>;
    static Words words_of(const Knock& knock);
    bool is_repeated_in(const Words& words) const;
    void remember(const Words& words);

    static constexpr std::uint32_t unsaid = UINT32_MAX;
    std::optional<Visitor> visitor_;
    std::array<std::uint32_t, std::tuple_size_v<Words>> lengths_{};
    Secret said_;  ///< one word behind the other; a token is among them
};

}  // namespace flux::admission
