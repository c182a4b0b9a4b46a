#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "json/raw.hpp"

namespace flux::mcp {

/// What ties a state to the request that it was handed out for: the method, what it names, and its arguments, whatever
/// order their members come in.
std::string request_digest(std::string_view method, json::Raw params);

/// States that go through the client's hands between two rounds, sealed so that only what was handed out comes back: to
/// the same principal, for the same request, for a while. Thread-safe.
///
/// The key is made at start and kept nowhere, so a restart ends the rounds that are under way.
class RequestStates {
public:
    RequestStates(const Clock& clock, std::chrono::seconds lifetime);

    std::string seal(std::string_view principal, std::string_view digest, std::string_view state) const;

    /// The state. `invalid_argument` for whatever `seal` didn't write for them, or wrote too long ago.
    Result<std::string> open(std::string_view principal, std::string_view digest, std::string_view sealed) const;

private:
    std::string signature(std::string_view principal, std::string_view digest, std::string_view payload) const;

    const Clock& clock_;
    std::chrono::seconds lifetime_;
    std::array<std::byte, 32> key_;
};

}  // namespace flux::mcp
