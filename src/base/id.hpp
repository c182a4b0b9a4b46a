#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace flux {

/// Fills `bytes` from the operating system's random source. Throws std::system_error when it refuses.
void random_bytes(std::span<std::byte> bytes);

/// An unguessable id: `bytes` random bytes (16 or more where it guards something) as lower-case hex.
std::string random_id(std::size_t bytes = 16);

}  // namespace flux
