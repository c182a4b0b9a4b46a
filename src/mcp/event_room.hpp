#pragma once

#include <atomic>
#include <cstddef>

namespace flux::mcp {

/// The memory that all sessions' event logs share: thousands of sessions would otherwise keep as much as each may keep
/// alone. Each keeps a little also where it is used up, so that nobody can take what others come back for. Thread-safe.
class EventRoom {
public:
    explicit EventRoom(std::size_t most_bytes) : most_{most_bytes} {}

    void take(std::size_t bytes) { taken_ += bytes; }
    void give_back(std::size_t bytes) { taken_ -= bytes; }
    /// Whether more is taken than there is. Whoever took last gives back then, down to what each may keep.
    bool is_overdrawn() const { return taken_ > most_; }
    std::size_t taken() const { return taken_; }

private:
    const std::size_t most_;
    std::atomic<std::size_t> taken_ = 0;
};

}  // namespace flux::mcp
