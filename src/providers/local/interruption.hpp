#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "base/file_descriptor.hpp"

namespace flux::providers::local {

/// Why a job has to end before its steps do: somebody cancelled it, or its time is over. Belongs to the job's thread.
class Interruption {
public:
    using Clock = std::chrono::steady_clock;

    Interruption(std::stop_token cancel, Clock::time_point deadline);
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption();

    void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }
    /// Whether the job is being cancelled by now.
    bool requested();
    /// Whether it was the clock.
    bool timed_out() const { return timed_out_; }
    /// Cancelled five minutes ago: now even steps with `always()` have to end.
    bool overdue();
    /// Readable from a cancellation on.
    int descriptor() const { return event_.get(); }

private:
    struct Ring {
        int event;
        void operator()() const;
    };

    FileDescriptor event_;
    std::stop_token cancel_;
    Clock::time_point deadline_;
    std::optional<Clock::time_point> since_;
    bool timed_out_ = false;
    std::optional<std::stop_callback<Ring>> callback_;
};

}  // namespace flux::providers::local
