#include "admission/rate_limiter.hpp"

#include <array>
#include <boost/circular_buffer.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace flux::admission {

namespace {

TurnRefused refusal(std::chrono::milliseconds wait, int limit, const Clock& clock) {
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(clock.wall_now());
    return {wait, now + wait, limit};
}

/// When the turns of one principal were taken that still count.
class Window final : public Turns {
public:
    Window(const RateLimit& limit, const Clock& clock)
        : limit_{static_cast<std::size_t>(limit.turns)}, window_{limit.window}, clock_{clock}, taken_{limit_} {}

    tl::expected<void, TurnRefused> take() override {
        const std::lock_guard lock{mutex_};
        const auto now = clock_.steady_now();
        // A stretch of exactly one window holds both its ends. One more goes than comes, so that all go in the end.
        for (int gone = 0; gone < 2 && !taken_.empty() && now - taken_.front() > window_; ++gone) taken_.pop_front();
        if (taken_.size() >= limit_) {
            const auto wait = std::chrono::floor<std::chrono::milliseconds>(taken_.front() + window_ - now);
            const auto limit = static_cast<int>(limit_);
            return tl::unexpected{refusal(wait + std::chrono::milliseconds{1}, limit, clock_)};
        }
        taken_.push_back(now);
        return {};
    }

    /// Whether no turn is remembered that could still count.
    bool is_whole(SteadyTime now) {
        const std::lock_guard lock{mutex_};
        return taken_.empty() || now - taken_.back() > window_;
    }

private:
    const std::size_t limit_;
    const std::chrono::milliseconds window_;
    const Clock& clock_;
    std::mutex mutex_;
    boost::circular_buffer_space_optimized<SteadyTime> taken_;  ///< up to the limit; its memory follows its length
};

constexpr std::size_t shard_count = 16;

struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<Window>> windows;
    std::size_t look_again_at = 0;  ///< size at which looking for forgotten budgets is worth its time
};

class Unlimited final : public Turns {
public:
    tl::expected<void, TurnRefused> take() override { return {}; }
};

}  // namespace

struct RateLimiter::Shared {
    Shared(RateLimit given_limit, const Clock& given_clock) : limit{given_limit}, clock{given_clock} {}

    /// The principal's window, or nothing while too many others are known.
    std::shared_ptr<Window> window_of(const std::string& principal) {
        auto& shard = shards[std::hash<std::string>{}(principal) % shard_count];
        const std::lock_guard lock{shard.mutex};
        if (const auto found = shard.windows.find(principal); found != shard.windows.end()) return found->second;
        const auto room = std::max<std::size_t>(limit.max_principals / shard_count, 1);
        if (shard.windows.size() >= std::max<std::size_t>(shard.look_again_at, std::min<std::size_t>(room, 64))) {
            forget(shard);
            shard.look_again_at = std::min(room, shard.windows.size() * 2);
        }
        if (shard.windows.size() >= room) return nullptr;
        return shard.windows.emplace(principal, std::make_shared<Window>(limit, clock)).first->second;
    }

    /// Whoever holds a window got it under the shard's lock, so a count of one can't grow while we look.
    void forget(Shard& shard) const {
        const auto now = clock.steady_now();
        std::erase_if(shard.windows,
                      [&](const auto& entry) { return entry.second.use_count() == 1 && entry.second->is_whole(now); });
    }

    const RateLimit limit;
    const Clock& clock;
    std::array<Shard, shard_count> shards;
};

namespace {

/// The turns of a principal that there was no room for: it asks for its window again at each turn.
template <class Shared>
class TurnsToCome final : public Turns {
public:
    TurnsToCome(std::shared_ptr<Shared> shared, std::string principal)
        : shared_{std::move(shared)}, principal_{std::move(principal)} {}

    tl::expected<void, TurnRefused> take() override {
        const auto window = claim();
        if (!window) {
            return tl::unexpected{refusal(shared_->limit.window, shared_->limit.turns, shared_->clock)};
        }
        return window->take();
    }

private:
    std::shared_ptr<Window> claim() {
        const std::lock_guard lock{mutex_};
        if (!window_) window_ = shared_->window_of(principal_);
        return window_;
    }

    const std::shared_ptr<Shared> shared_;
    const std::string principal_;
    std::mutex mutex_;
    std::shared_ptr<Window> window_;
};

}  // namespace

RateLimiter::RateLimiter(RateLimit limit, const Clock& clock) : shared_{std::make_shared<Shared>(limit, clock)} {}
RateLimiter::~RateLimiter() = default;
RateLimiter::RateLimiter(RateLimiter&&) noexcept = default;
RateLimiter& RateLimiter::operator=(RateLimiter&&) noexcept = default;

std::shared_ptr<Turns> RateLimiter::turns_of(std::string_view principal) const {
    if (shared_->limit.turns <= 0) return unlimited_turns();
    std::string name{principal};
    // Nearly always the window itself: every connection holds one.
    if (auto window = shared_->window_of(name)) return window;
    return std::make_shared<TurnsToCome<Shared>>(shared_, std::move(name));
}

std::size_t RateLimiter::principals() const {
    std::size_t count = 0;
    for (auto& shard : shared_->shards) {
        const std::lock_guard lock{shard.mutex};
        count += shard.windows.size();
    }
    return count;
}

std::shared_ptr<Turns> unlimited_turns() {
    static const auto shared = std::make_shared<Unlimited>();
    return shared;
}

}  // namespace flux::admission
