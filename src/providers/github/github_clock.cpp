#include "providers/github/github_clock.hpp"

#include "providers/github/api_date.hpp"

namespace flux::providers::github {

void GithubClock::heed(const net::HttpReply& reply) {
    const auto field = reply.field("date");
    const auto date = field ? http_date(*field) : std::nullopt;
    if (!date) return;
    const auto difference = *date - clock_.wall_now();
    const std::scoped_lock lock{mutex_};
    difference_ = difference;
}

std::chrono::microseconds GithubClock::difference() const {
    const std::scoped_lock lock{mutex_};
    return difference_;
}

}  // namespace flux::providers::github
