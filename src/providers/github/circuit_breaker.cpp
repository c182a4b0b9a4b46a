#include "providers/github/circuit_breaker.hpp"

#include <algorithm>

namespace flux::providers::github {

namespace {

constexpr int most_in_a_row = 5;
constexpr std::size_t enough_to_judge = 10;
constexpr std::size_t most_kept = 1000;
constexpr std::chrono::seconds window{30};
constexpr std::chrono::seconds open_time{30};

}  // namespace

Result<void> CircuitBreaker::admit() {
    const std::scoped_lock lock{mutex_};
    if (state_ == State::closed) return {};
    const auto passed = clock_.steady_now() - opened_at_;
    if (passed >= open_time && !probing_) {
        state_ = State::half_open;
        probing_ = true;
        return {};
    }
    const auto left = std::max<SteadyTime::duration>(open_time - passed, std::chrono::seconds{1});
    return fail(
        Error{Errc::unavailable,
              "GitHub has not answered several times in a row, so it is left alone for a moment. Try again then.",
              "upstream_unavailable", std::chrono::ceil<std::chrono::seconds>(left)});
}

void CircuitBreaker::succeeded() {
    const std::scoped_lock lock{mutex_};
    if (state_ != State::closed) outcomes_.clear();
    state_ = State::closed;
    probing_ = false;
    in_a_row_ = 0;
    outcomes_.emplace_back(clock_.steady_now(), true);
    if (outcomes_.size() > most_kept) outcomes_.pop_front();
}

void CircuitBreaker::failed() {
    const std::scoped_lock lock{mutex_};
    const auto now = clock_.steady_now();
    outcomes_.emplace_back(now, false);
    while (outcomes_.size() > most_kept || now - outcomes_.front().first > window) outcomes_.pop_front();
    ++in_a_row_;
    if (state_ != State::closed) {
        // Of requests that were on their way when it opened, only the probe's outcome counts.
        if (probing_) open();
        return;
    }
    const auto failures = std::ranges::count(outcomes_, false, &std::pair<SteadyTime, bool>::second);
    const bool half = outcomes_.size() >= enough_to_judge && 2 * static_cast<std::size_t>(failures) >= outcomes_.size();
    if (in_a_row_ >= most_in_a_row || half) open();
}

void CircuitBreaker::undecided() {
    const std::scoped_lock lock{mutex_};
    probing_ = false;
}

void CircuitBreaker::open() {
    state_ = State::open;
    probing_ = false;
    opened_at_ = clock_.steady_now();
}

CircuitBreaker::State CircuitBreaker::state() const {
    const std::scoped_lock lock{mutex_};
    return state_;
}

const char* name_of(CircuitBreaker::State state) {
    switch (state) {
    case CircuitBreaker::State::closed: return "closed";
    case CircuitBreaker::State::open: return "open";
    case CircuitBreaker::State::half_open: return "half_open";
    }
    return "unknown";
}

}  // namespace flux::providers::github
