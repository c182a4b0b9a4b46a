#include "providers/github/pacing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

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
/// Of all principals together. One alone has less than a hundred, because it is told when its patience won't do.
constexpr std::size_t most_waiting = 512;
/// Beyond its patience with limits: GitHub gives up on a slow request after ten seconds itself.
constexpr seconds longest_crowd{30};

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

namespace {

/// A place in the queue for as long as a task waits there, however that ends.
class Place {
public:
    Place(Pacing& pacing, std::shared_ptr<Turn> turn) : pacing_{pacing}, turn_{std::move(turn)} {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { pacing_.leave(*turn_); }

    Turn& turn() { return *turn_; }

private:
    Pacing& pacing_;
    std::shared_ptr<Turn> turn_;
};

}  // namespace

async::Task<Result<Pacing::Going>> Pacing::take(std::string principal, bool writes, milliseconds patience) {
    auto entered = enter(std::move(principal), writes, patience);
    if (!entered) co_return fail(std::move(entered.error()));
    Place place{*this, *std::move(entered)};
    while (true) {
        const auto calls = place.turn().called.version();
        const auto wait = look(place.turn());
        if (!wait) co_return fail(wait.error());
        if (*wait == milliseconds{0}) co_return Going{*this};
        co_await place.turn().called.wait_beyond(calls, std::chrono::steady_clock::now() + *wait);
    }
}

Result<std::shared_ptr<Turn>> Pacing::enter(std::string principal, bool writes, milliseconds patience) {
    const std::scoped_lock lock{mutex_};
    const auto now = clock_.steady_now();
    refill(now);
    auto turn = std::make_shared<Turn>();
    turn->principal = std::move(principal);
    turn->points = writes ? 5 : 1;
    turn->gives_up_at = now + patience;
    const auto blocked = blocked_at(now);
    const auto wait = until_there_are(queue_.points_before_another(turn->principal) + turn->points);
    if (std::max(blocked, wait) > patience || queue_.size() >= most_waiting) return fail(refusal(blocked, wait));
    queue_.push(turn);
    return turn;
}

Result<milliseconds> Pacing::look(Turn& turn) {
    const std::scoped_lock lock{mutex_};
    const auto now = clock_.steady_now();
    refill(now);
    const auto blocked = blocked_at(now);
    const auto wait = until_there_are(queue_.points_before(turn) + turn.points);
    const auto by_limits = std::max(blocked, wait);
    const bool is_next = queue_.next() == &turn;
    if (is_next && by_limits == milliseconds{0} && on_their_way_ < at_once_) {
        ++on_their_way_;
        points_ -= turn.points;
        queue_.remove(turn, true);
        queue_.call_next();
        return milliseconds{0};
    }
    auto left = std::chrono::ceil<milliseconds>(turn.gives_up_at - now);
    if (by_limits == milliseconds{0} && left <= milliseconds{0}) left += longest_crowd;
    if (left <= milliseconds{0} || blocked > left) return fail(refusal(blocked, wait));
    // Only the next one looks at the time; whoever goes, leaves or comes back calls the next one.
    return is_next && by_limits > milliseconds{0} ? std::min(left, by_limits) : left;
}

void Pacing::come_back() {
    const std::scoped_lock lock{mutex_};
    --on_their_way_;
    queue_.call_next();
}

void Pacing::leave(const Turn& turn) {
    const std::scoped_lock lock{mutex_};
    const bool was_next = queue_.next() == &turn;
    queue_.remove(turn, false);
    if (was_next) queue_.call_next();
}

std::size_t Pacing::waiting() const {
    const std::scoped_lock lock{mutex_};
    return queue_.size();
}

void Pacing::refill(SteadyTime now) {
    const auto passed = std::chrono::duration<double, std::milli>(now - filled_at_).count();
    points_ = std::min(points_a_minute, points_ + passed * points_a_millisecond);
    filled_at_ = now;
}

milliseconds Pacing::blocked_at(SteadyTime now) const {
    return std::chrono::ceil<milliseconds>(std::max(blocked_until_ - now, SteadyTime::duration{0}));
}

milliseconds Pacing::until_there_are(int points) const {
    const std::chrono::duration<double, std::milli> time{std::max(0.0, points - points_) / points_a_millisecond};
    return std::chrono::ceil<milliseconds>(time);
}

Error Pacing::refusal(milliseconds blocked, milliseconds wait) const {
    if (blocked > milliseconds{0} && blocked >= wait) {
        return {Errc::rate_limited,
                fmt::format("GitHub's {} rate limit for this server's token is reached. It asks to wait {} s.",
                            secondary_ ? "secondary" : "hourly", std::chrono::ceil<seconds>(blocked).count()),
                secondary_ ? "upstream_secondary" : "upstream_primary", blocked};
    }
    const auto time = std::max(wait, milliseconds{1000});
    if (wait == milliseconds{0}) {
        return {Errc::rate_limited, "Too many requests to GitHub are on their way already. Try again in a moment.",
                "upstream_busy", time};
    }
    return {Errc::rate_limited,
            fmt::format("This server has asked GitHub as often as it may within a minute. Try again in {} s.",
                        std::chrono::ceil<seconds>(time).count()),
            "upstream_paced", time};
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
