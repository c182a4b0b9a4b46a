#include "providers/local/job_queue.hpp"

#include <algorithm>
#include <utility>

namespace flux::providers::local {

JobQueue::JobQueue(std::size_t at_once) {
    for (std::size_t i = 0; i < std::max<std::size_t>(at_once, 1); ++i) threads_.emplace_back([this] { serve(); });
}

JobQueue::~JobQueue() { close(); }

void JobQueue::add(std::function<void()> job) {
    const std::scoped_lock lock{mutex_};
    if (closing_) return;
    waiting_.push_back(std::move(job));
    added_.notify_one();
}

void JobQueue::close() {
    std::deque<std::function<void()>> dropped;
    {
        const std::scoped_lock lock{mutex_};
        closing_ = true;
        dropped.swap(waiting_);
    }
    added_.notify_all();
    threads_.clear();
}

void JobQueue::serve() {
    std::unique_lock lock{mutex_};
    while (true) {
        added_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
        if (closing_) return;
        auto job = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        job();
        job = nullptr;
        lock.lock();
    }
}

}  // namespace flux::providers::local
