#include "transport/connection_counts.hpp"

#include <algorithm>

namespace flux::transport {

namespace {

// One host easily has all of a /64, so that is what counts as one address.
std::string source_of(const asio::ip::address& address) {
    if (!address.is_v6()) return address.to_string();
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
    auto bytes = v6.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return asio::ip::address_v6{bytes}.to_string();
}

bool is_loopback(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
    }
    return address.is_loopback();
}

}  // namespace

ConnectionCounts::Place& ConnectionCounts::Place::operator=(Place&& other) noexcept {
    if (this != &other) {
        leave();
        counts_ = std::exchange(other.counts_, nullptr);
        stranger_of_ = std::move(other.stranger_of_);
    }
    return *this;
}

void ConnectionCounts::Place::let_in() {
    if (counts_ == nullptr || !stranger_of_) return;
    const std::lock_guard lock{counts_->mutex_};
    counts_->forget_stranger(*stranger_of_);
    stranger_of_.reset();
}

void ConnectionCounts::Place::leave() {
    if (counts_ == nullptr) return;
    const std::lock_guard lock{counts_->mutex_};
    if (stranger_of_) counts_->forget_stranger(*stranger_of_);
    --counts_->all_;
    counts_ = nullptr;
}

std::optional<ConnectionCounts::Place> ConnectionCounts::take(const asio::ip::address& address) {
    auto source = source_of(address);
    const std::lock_guard lock{mutex_};
    if (all_ >= limits_.connections || strangers_ >= limits_.unauthenticated) return std::nullopt;
    const auto known = strangers_of_.find(source);
    const bool counts_by_address = !is_loopback(address);
    if (counts_by_address && known != strangers_of_.end() && known->second >= limits_.unauthenticated_per_address)
        return std::nullopt;
    ++all_;
    ++strangers_;
    ++strangers_of_[source];
    Place place;
    place.counts_ = this;
    place.stranger_of_ = std::make_unique<const std::string>(std::move(source));
    return place;
}

std::size_t ConnectionCounts::taken() const {
    const std::lock_guard lock{mutex_};
    return all_;
}

void ConnectionCounts::forget_stranger(const std::string& address) {
    --strangers_;
    const auto known = strangers_of_.find(address);
    if (--known->second == 0) strangers_of_.erase(known);
}

}  // namespace flux::transport
