#include "mcp/subscription.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "async/timer.hpp"
#include "observe/log.hpp"

namespace flux::mcp {

namespace {

/// How a followed feed ends: mostly by being stopped, which is nothing to speak of.
void log_failure(std::exception_ptr thrown) {
    try {
        if (thrown) std::rethrow_exception(std::move(thrown));
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) return;
        observe::log::error("a subscription broke", {{"reason", error.what()}});
    } catch (const std::exception& error) {
        observe::log::error("a subscription broke", {{"reason", error.what()}});
    }
}

}  // namespace

Subscription::Subscription(async::Executor executor, std::unique_ptr<ChangeFeed> feed, Tell tell,
                           std::chrono::milliseconds pause)
    : executor_{executor}, feed_{std::move(feed)}, tell_{std::move(tell)}, pause_{pause} {}

std::shared_ptr<Subscription> Subscription::start(async::Executor executor, std::unique_ptr<ChangeFeed> feed, Tell tell,
                                                  std::chrono::milliseconds pause) {
    auto subscription = std::make_shared<Subscription>(executor, std::move(feed), std::move(tell), pause);
    asio::co_spawn(executor, follow(subscription),
                   asio::bind_cancellation_slot(subscription->signal_.slot(), log_failure));
    return subscription;
}

async::Task<> Subscription::follow(std::shared_ptr<Subscription> self) {
    while (!self->stopped_) {
        auto next = self->feed_->next();
        const bool changed = co_await std::move(next);
        if (!changed || self->stopped_) co_return;
        bool told = false;
        while (!told && !self->stopped_) {
            told = self->tell_();
            auto pause = async::sleep_for(self->pause_);
            co_await std::move(pause);
        }
    }
}

void Subscription::stop() {
    if (stopped_.exchange(true)) return;
    asio::dispatch(executor_, [self = shared_from_this()] {
        self->tell_ = [] { return true; };
        self->signal_.emit(asio::cancellation_type::terminal);
    });
}

Subscriptions::~Subscriptions() {
    for (const auto& [name, subscription] : *by_name_) subscription->abandon();
}

bool Subscriptions::add(const std::string& name, const std::function<std::shared_ptr<Subscription>()>& make) {
    const std::lock_guard lock{mutex_};
    if (by_name_->count(name) > 0) return true;
    if (by_name_->size() >= most_) return false;
    by_name_.edit()->emplace(name, make());
    return true;
}

void Subscriptions::hear_lists(const std::function<std::shared_ptr<const void>()>& make) {
    const std::lock_guard lock{mutex_};
    if (!lists_) lists_ = make();
}

void Subscriptions::remove(const std::string& name) {
    std::shared_ptr<Subscription> gone;
    {
        const std::lock_guard lock{mutex_};
        const auto subscriptions = by_name_.edit();
        const auto found = subscriptions->find(name);
        if (found == subscriptions->end()) return;
        gone = std::move(found->second);
        subscriptions->erase(found);
    }
    gone->stop();
}

void Subscriptions::clear() {
    ByName gone;
    {
        const std::lock_guard lock{mutex_};
        gone.swap(*by_name_.edit());
        lists_.reset();
    }
    for (const auto& [name, subscription] : gone) subscription->stop();
}

}  // namespace flux::mcp
