#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace flux::mcp {

/// How many `subscriptions/listen` each principal has open. One of them costs next to nothing, but over HTTP nothing
/// else bounds them: each is the one request of its connection. Thread-safe.
class ListenSeats : public std::enable_shared_from_this<ListenSeats> {
public:
    explicit ListenSeats(std::size_t most) : most_{most} {}

    /// A place for one more, taken until it is let go of; nullptr if `principal` has as many as it may.
    std::shared_ptr<const void> take(const std::string& principal);

    std::size_t most() const { return most_; }

private:
    const std::size_t most_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> taken_;  ///< by principal; nobody who has none
};

}  // namespace flux::mcp
