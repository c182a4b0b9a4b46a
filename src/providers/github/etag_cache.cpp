#include "providers/github/etag_cache.hpp"

namespace flux::providers::github {

namespace {

std::size_t size_of(const std::string& key, const net::HttpReply& reply) {
    std::size_t size = key.size() + reply.body.size() + 512;
    for (const auto& [name, value] : reply.fields) size += name.size() + value.size() + 64;
    return size;
}

}  // namespace

std::string EtagCache::etag_of(const std::string& key) {
    const std::scoped_lock lock{mutex_};
    const auto place = places_.find(key);
    return place == places_.end() ? std::string{} : place->second->etag;
}

std::optional<net::HttpReply> EtagCache::find(const std::string& key) {
    const std::scoped_lock lock{mutex_};
    const auto place = places_.find(key);
    if (place == places_.end()) return {};
    kept_.splice(kept_.begin(), kept_, place->second);
    return place->second->reply;
}

void EtagCache::keep(const std::string& key, const net::HttpReply& reply) {
    const auto etag = reply.field("etag");
    const auto size = size_of(key, reply);
    const std::scoped_lock lock{mutex_};
    if (const auto place = places_.find(key); place != places_.end()) {
        bytes_ -= size_of(key, place->second->reply);
        kept_.erase(place->second);
        places_.erase(place);
    }
    if (reply.status != 200 || !etag || etag->empty() || size > room_ / 4) return;
    while (bytes_ + size > room_) drop_oldest();
    kept_.push_front({key, std::string{*etag}, reply});
    places_.emplace(key, kept_.begin());
    bytes_ += size;
}

void EtagCache::clear() {
    const std::scoped_lock lock{mutex_};
    kept_.clear();
    places_.clear();
    bytes_ = 0;
}

void EtagCache::drop_oldest() {
    bytes_ -= size_of(kept_.back().key, kept_.back().reply);
    places_.erase(kept_.back().key);
    kept_.pop_back();
}

}  // namespace flux::providers::github
