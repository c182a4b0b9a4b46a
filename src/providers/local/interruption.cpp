#include "providers/local/interruption.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace flux::providers::local {

void Interruption::Ring::operator()() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event, &one, sizeof one);
}

Interruption::Interruption(std::stop_token cancel, Clock::time_point deadline)
    : event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}, cancel_{std::move(cancel)}, deadline_{deadline} {
    callback_.emplace(cancel_, Ring{event_.get()});
}

Interruption::~Interruption() = default;

bool Interruption::requested() {
    if (since_) return true;
    const auto now = Clock::now();
    if (cancel_.stop_requested()) {
        since_ = now;
    } else if (now >= deadline_) {
        since_ = now;
        timed_out_ = true;
    }
    return since_.has_value();
}

bool Interruption::overdue() { return requested() && Clock::now() > *since_ + std::chrono::minutes{5}; }

}  // namespace flux::providers::local
