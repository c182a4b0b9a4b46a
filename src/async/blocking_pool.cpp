#include "async/blocking_pool.hpp"

#include <system_error>

namespace flux::async {

BlockingPool::BlockingPool(std::size_t threads, std::size_t queue_limit) : queue_limit_{queue_limit} {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

BlockingPool::~BlockingPool() {
    {
        const std::lock_guard lock{mutex_};
        closing_ = true;
    }
    queued_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void BlockingPool::post(std::function<void()> job) {
    {
        const std::lock_guard lock{mutex_};
        if (queue_.size() >= queue_limit_) {
            throw std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again)};
        }
        queue_.push_back(std::move(job));
    }
    queued_.notify_one();
}

void BlockingPool::serve() {
    for (;;) {
        std::function<void()> job;
        {
            std::unique_lock lock{mutex_};
            queued_.wait(lock, [this] { return closing_ || !queue_.empty(); });
            if (queue_.empty()) return;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        job();
    }
}

}  // namespace flux::async
