#pragma once

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "async/task.hpp"
#include "base/mostly_empty.hpp"
#include "mcp/change_feed.hpp"

namespace flux::mcp {

/// One feed that is followed for one subscriber, on the subscriber's executor, until it ends or is stopped. What
/// changes many times in a moment is told once.
class Subscription : public std::enable_shared_from_this<Subscription> {
public:
    /// Tells the subscriber; false if it should be told later, because it reads too slowly.
    using Tell = std::function<bool()>;

    static std::shared_ptr<Subscription> start(async::Executor executor, std::unique_ptr<ChangeFeed> feed, Tell tell,
                                               std::chrono::milliseconds pause);

    Subscription(async::Executor executor, std::unique_ptr<ChangeFeed> feed, Tell tell,
                 std::chrono::milliseconds pause);

    /// From any thread; afterwards nothing is told any more, except what is being told just now.
    void stop();

    /// The same where the executor may be gone already: the feed is let go of at its next change, or with its loop.
    void abandon() { stopped_ = true; }

private:
    static async::Task<> follow(std::shared_ptr<Subscription> self);

    async::Executor executor_;
    std::unique_ptr<ChangeFeed> feed_;
    Tell tell_;
    const std::chrono::milliseconds pause_;
    asio::cancellation_signal signal_;
    std::atomic<bool> stopped_{false};
};

/// What one connection or session has subscribed to, by name. Thread-safe.
class Subscriptions {
public:
    explicit Subscriptions(std::size_t most) : most_{most} {}
    Subscriptions(const Subscriptions&) = delete;
    Subscriptions& operator=(const Subscriptions&) = delete;
    ~Subscriptions();

    /// False if there are too many. A name that is there already stays as it is.
    bool add(const std::string& name, const std::function<std::shared_ptr<Subscription>()>& make);
    void remove(const std::string& name);
    void clear();

    /// Keeps what `make` gives to the ListHearers, unless that is here already; not one of the many.
    void hear_lists(const std::function<std::shared_ptr<const void>()>& make);

private:
    using ByName = std::unordered_map<std::string, std::shared_ptr<Subscription>>;

    const std::size_t most_;
    std::mutex mutex_;
    MostlyEmpty<ByName> by_name_;
    std::shared_ptr<const void> lists_;
};

}  // namespace flux::mcp
