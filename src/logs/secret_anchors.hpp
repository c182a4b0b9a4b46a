#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flux::logs {

/// Two bytes at a distance: every secret that logs/secret_shapes finds has such a pair in it, as has the beginning of a
/// private key, and most lines have none.
struct SecretAnchor {
    char first = 0;
    char second = 0;
    std::uint8_t distance = 0;
    /// Those of a kind are looked for together, and with them its first bytes before its other second ones. Eight kinds
    /// at distance 1; four at 2 and four at 3; none further away.
    std::uint8_t kind = 0;
};

inline constexpr std::array secret_anchors{
    SecretAnchor{'k', '_', 1, 0}, SecretAnchor{'k', '-', 1, 0}, SecretAnchor{'_', 'k', 1, 1},
    SecretAnchor{'_', 'K', 1, 1}, SecretAnchor{'s', 'K', 1, 2}, SecretAnchor{'t', 'K', 1, 2},
    SecretAnchor{'y', 'J', 1, 2}, SecretAnchor{'z', 'a', 1, 3}, SecretAnchor{'Z', 'A', 1, 3},
    SecretAnchor{'I', 'z', 1, 4}, SecretAnchor{'P', 'X', 1, 4}, SecretAnchor{'/', '/', 1, 5},
    SecretAnchor{'Y', '-', 1, 6}, SecretAnchor{'-', 'B', 1, 7}, SecretAnchor{'h', '_', 2, 0},
    SecretAnchor{'k', '_', 2, 0}, SecretAnchor{'x', 'x', 2, 1}, SecretAnchor{'x', 'p', 2, 1},
    SecretAnchor{'y', '2', 2, 2}, SecretAnchor{'S', '.', 2, 3}, SecretAnchor{'T', 'k', 2, 3},
    SecretAnchor{'T', 'K', 2, 3}, SecretAnchor{'h', '_', 3, 4}, SecretAnchor{'d', '_', 3, 4},
    SecretAnchor{'n', '_', 3, 4}, SecretAnchor{'p', '_', 3, 5}, SecretAnchor{'y', '-', 3, 6},
    SecretAnchor{'%', '%', 3, 6}, SecretAnchor{'A', 'A', 3, 7}, SecretAnchor{'_', 'k', 3, 7},
    SecretAnchor{'l', '-', 4},    SecretAnchor{'w', '_', 5},
};

/// Whether one of them stands anywhere in `text`: quick, to say which lines are worth a closer look.
bool has_secret_anchor(std::string_view text);

}  // namespace flux::logs
