#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace flux::admission {

/// SHA-256 of a secret. What is kept and compared, so that neither a copy of the memory nor the time that a look-up
/// takes says anything about the secret.
using GrantKey = std::array<std::uint8_t, 32>;

/// The key of a secret that somebody brought, or that was just made.
GrantKey grant_key(std::string_view secret);

/// What a secret stands for, until `expires_at`.
struct Grant {
    std::string principal;
    bool authenticated = false;
    GrantKey session{};  ///< of a ticket: the session that it was made for
    SteadyTime begun_at{};
    SteadyTime expires_at{};
};

/// How many grants may be known at one time.
struct GrantBounds {
    std::size_t all = 10'000;
    std::size_t per_principal = 64;
};

/// Secrets that stand for something for a time: sign-in links, page sessions, tickets. The state behind pages, and all
/// that several instances of the server would have to share. Thread-safe, never blocks for long.
class Grants {
public:
    virtual ~Grants() = default;

    /// Remembers a grant. Beyond a principal's bound its grant that expires first goes. False: too many others are
    /// known, and this one is not.
    virtual bool put(const GrantKey& key, Grant grant) = 0;

    /// The grant, if it has not expired.
    virtual std::optional<Grant> find(const GrantKey& key) const = 0;

    /// Moves the end of a grant, if it is still known.
    virtual void extend(const GrantKey& key, SteadyTime expires_at) = 0;

    /// Forgets a grant and gives it back if it had not expired: of several callers with one key, one gets it.
    virtual std::optional<Grant> take(const GrantKey& key) = 0;
};

/// Grants of this process alone. `clock` outlives them.
std::unique_ptr<Grants> grants_in_process(GrantBounds bounds, const Clock& clock);

}  // namespace flux::admission
