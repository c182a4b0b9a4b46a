#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "async/task.hpp"
#include "transport/http_limits.hpp"

namespace flux::transport {

/// How many peers a listener holds, over all its threads: all of them, and those that the door has not let in yet, also
/// for each address. So a flood of strangers cannot take the places of those who are known. Thread-safe; asked when a
/// connection is accepted, let in and closed, not for its messages.
class ConnectionCounts {
public:
    explicit ConnectionCounts(const HttpLimits& limits) : limits_{limits} {}
    ConnectionCounts(const ConnectionCounts&) = delete;
    ConnectionCounts& operator=(const ConnectionCounts&) = delete;

    /// A connection's place, given back with it.
    class Place {
    public:
        Place() = default;
        Place(Place&& other) noexcept
            : counts_{std::exchange(other.counts_, nullptr)}, stranger_of_{std::move(other.stranger_of_)} {}
        Place& operator=(Place&& other) noexcept;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() { leave(); }

        /// The door has let the peer in. Again: nothing.
        void let_in();

    private:
        friend class ConnectionCounts;
        void leave();

        ConnectionCounts* counts_ = nullptr;
        std::unique_ptr<const std::string> stranger_of_;  ///< the address, while the peer is not known
    };

    /// A place for a stranger from `address`, or nothing when there is none.
    std::optional<Place> take(const asio::ip::address& address);

    /// Places that are taken.
    std::size_t taken() const;

private:
    void forget_stranger(const std::string& address);

    const HttpLimits limits_;
    mutable std::mutex mutex_;
    std::size_t all_ = 0;
    std::size_t strangers_ = 0;
    std::unordered_map<std::string, std::size_t> strangers_of_;
};

}  // namespace flux::transport
