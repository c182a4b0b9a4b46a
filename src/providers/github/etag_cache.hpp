#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "net/http_message.hpp"

namespace flux::providers::github {

/// Replies with their ETag, so that asking again costs no quota while nothing changed (a 304 is free). Keeps at most
/// `bytes` of bodies; what was not used longest goes first. Thread-safe.
class EtagCache {
public:
    explicit EtagCache(std::size_t bytes = std::size_t{16} * 1024 * 1024) : room_{bytes} {}

    /// The ETag to ask with; empty: none.
    std::string etag_of(const std::string& key);
    std::optional<net::HttpReply> find(const std::string& key);
    /// Keeps a 200 that has an ETag and isn't larger than a quarter of the room.
    void keep(const std::string& key, const net::HttpReply& reply);
    /// The token changed: what it may see may be something else.
    void clear();

private:
    struct Kept {
        std::string key;
        std::string etag;
        net::HttpReply reply;
    };
    void drop_oldest();

    const std::size_t room_;
    std::mutex mutex_;
    std::size_t bytes_ = 0;
    std::list<Kept> kept_;  ///< used last first
    std::unordered_map<std::string, std::list<Kept>::iterator> places_;
};

}  // namespace flux::providers::github
