#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace flux::providers::local {

/// The threads that jobs run on: so many at once, the others in the order in which they came. Its length is bounded by
/// the runs that are let in. Thread-safe.
class JobQueue {
public:
    explicit JobQueue(std::size_t at_once);
    JobQueue(const JobQueue&) = delete;
    JobQueue& operator=(const JobQueue&) = delete;
    /// As close().
    ~JobQueue();

    /// `job` runs on one of the threads, or never, if close() comes first. It doesn't throw.
    void add(std::function<void()> job);

    /// Waits for what runs; what still waits is dropped.
    void close();

private:
    void serve();

    std::mutex mutex_;
    std::condition_variable added_;
    std::deque<std::function<void()>> waiting_;
    bool closing_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace flux::providers::local
