#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "async/changes.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace flux::providers::github {

/// What one piece of work gives to everybody who waits for it. Thread-safe.
template <class T>
class SharedAnswer {
public:
    /// The first one counts.
    void set(Result<T> value) {
        {
            const std::scoped_lock lock{mutex_};
            if (value_) return;
            value_.emplace(std::move(value));
        }
        changes_.bump();
    }

    std::optional<Result<T>> now() const {
        const std::scoped_lock lock{mutex_};
        return value_;
    }

    /// `timed_out` at `deadline`; the work goes on.
    async::Task<Result<T>> wait(std::chrono::steady_clock::time_point deadline) {
        const bool there = co_await changes_.wait_beyond(0, deadline);
        if (!there) co_return fail(Errc::timed_out, "GitHub takes long to answer. Try again.", "upstream_slow");
        auto value = now();
        co_return *std::move(value);
    }

private:
    mutable std::mutex mutex_;
    std::optional<Result<T>> value_;
    async::Changes changes_;
};

/// Sees to it that nobody waits for work that ended without an answer.
template <class T>
class AnswerPromise {
public:
    explicit AnswerPromise(std::shared_ptr<SharedAnswer<T>> answer) : answer_{std::move(answer)} {}
    AnswerPromise(AnswerPromise&&) noexcept = default;
    AnswerPromise& operator=(AnswerPromise&&) = delete;
    ~AnswerPromise() {
        if (answer_) answer_->set(fail(Errc::cancelled, "The server stopped before GitHub answered."));
    }

    void set(Result<T> value) { answer_->set(std::move(value)); }

private:
    std::shared_ptr<SharedAnswer<T>> answer_;
};

}  // namespace flux::providers::github
