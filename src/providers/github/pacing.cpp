#include "providers/github/pacing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "providers/github/api_date.hpp"

namespace flux::providers::github {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double points_a_minute = 720;
constexpr double points_a_millisecond = points_a_minute / 60'000;
constexpr seconds least_secondary_wait{60};
constexpr seconds longest_wait{3700};

std::optional<std::int64_t> number(const net::HttpReply& reply, std::string_view name) {
    const auto text = reply.field(name);
    return text ? to_integer(trimmed(*text)) : std::nullopt;
}

}  // namespace

bool says_too_often(const net::HttpReply& reply) {
    if (reply.status == 429) return true;
    if (reply.status != 403) return false;
    if (reply.field("retry-after") || number(reply, "x-ratelimit-remaining") == 0) return true;
    const auto text = ascii_lower(reply.body);
    return text.find("secondary rate limit") != std::string::npos ||
           text.find("abuse detection") != std::string::npos ||
           text.find("api rate limit exceeded") != std::string::npos;
}

Result<milliseconds> Pacing::take(bool writes, milliseconds patience) {
    const std::scoped_lock lock{mutex_};
    const auto now = clock_.steady_now();
    const auto blocked = std::chrono::ceil<milliseconds>(std::max(blocked_until_ - now, SteadyTime::duration{0}));
    if (blocked > patience) {
        return fail(
            Error{Errc::rate_limited,
                  fmt::format("GitHub's {} rate limit for this server's token is reached. It asks to wait {} s.",
                              secondary_ ? "secondary" : "hourly", std::chrono::ceil<seconds>(blocked).count()),
                  secondary_ ? "upstream_secondary" : "upstream_primary", blocked});
    }
    const auto passed = std::chrono::duration<double, std::milli>(now - filled_at_).count();
    points_ = std::min(points_a_minute, points_ + passed * points_a_millisecond);
    filled_at_ = now;
    const double cost = writes ? 5 : 1;
    const auto lacking = std::max(0.0, cost - points_);
    const milliseconds for_points{static_cast<std::int64_t>(lacking / points_a_millisecond)};
    if (for_points > patience) {
        return fail(Error{Errc::rate_limited,
                          "This server has asked GitHub as often as it may within a minute. Try again.",
                          "upstream_paced", for_points});
    }
    // It may go below zero: who comes later waits for what is owed.
    points_ -= cost;
    return std::max(blocked, for_points);
}

void Pacing::heed(const net::HttpReply& reply) {
    const std::scoped_lock lock{mutex_};
    const auto limit = number(reply, "x-ratelimit-limit");
    const auto remaining = number(reply, "x-ratelimit-remaining");
    const auto reset = number(reply, "x-ratelimit-reset");
    const auto resource = reply.field("x-ratelimit-resource").value_or("core");
    if (limit && remaining && reset && resource == "core" && *reset >= 0 && *reset < 100'000'000'000) {
        quota_ = builds::Quota{.limit = *limit, .remaining = *remaining, .reset_at = WallTime{seconds{*reset}}};
    }
    if (!says_too_often(reply)) {
        if (reply.status < 400) secondary_in_a_row_ = 0;
        return;
    }
    const auto wait = std::min<milliseconds>(wait_asked(reply), longest_wait);
    blocked_until_ = std::max(blocked_until_, clock_.steady_now() + wait);
}

milliseconds Pacing::wait_asked(const net::HttpReply& reply) {
    const auto remaining = number(reply, "x-ratelimit-remaining");
    secondary_ = remaining != 0;
    if (const auto after = number(reply, "retry-after"))
        return seconds{std::clamp<std::int64_t>(*after, 1, longest_wait.count())};
    const auto reset = number(reply, "x-ratelimit-reset");
    if (!secondary_ && reset && *reset >= 0 && *reset < 100'000'000'000) {
        // By the server's own clock: ours may be wrong.
        const auto date = reply.field("date");
        const auto now = (date ? http_date(*date) : std::nullopt).value_or(clock_.wall_now());
        return std::max<milliseconds>(std::chrono::ceil<milliseconds>(WallTime{seconds{*reset}} - now) + seconds{1},
                                      seconds{1});
    }
    const auto doublings = std::min(secondary_in_a_row_++, 5);
    return least_secondary_wait * (1 << doublings);
}

std::optional<builds::Quota> Pacing::quota() const {
    const std::scoped_lock lock{mutex_};
    return quota_;
}

std::optional<milliseconds> Pacing::blocked_for() const {
    const std::scoped_lock lock{mutex_};
    const auto left = blocked_until_ - clock_.steady_now();
    if (left <= SteadyTime::duration{0}) return {};
    return std::chrono::ceil<milliseconds>(left);
}

}  // namespace flux::providers::github
