#include "mcp/session_table.hpp"

#include <boost/asio/dispatch.hpp>
#include <utility>
#include <vector>

#include "base/id.hpp"

namespace flux::mcp {

void Listener::disconnected() {
    open_ = false;
    outbox_.reset();
}

void Listener::deliver(Event event) {
    asio::dispatch(executor_, [self = shared_from_this(), event = std::move(event)] {
        if (self->outbox_) self->outbox_->send_event(event.id, event.message, {});
    });
}

void Listener::finish() {
    asio::dispatch(executor_, [self = shared_from_this()] {
        self->open_ = false;
        if (const auto outbox = std::exchange(self->outbox_, nullptr)) outbox->respond({}, {});
    });
}

HttpSession::HttpSession(std::string id, std::string principal, Session greeted, std::size_t max_subscriptions)
    : id_{std::move(id)},
      principal_{std::move(principal)},
      session_{std::move(greeted)},
      events_{session_.revision() >= first_with_empty_events, EventLog::Limits{}},
      subscriptions_{max_subscriptions} {}

void HttpSession::end() {
    subscriptions_.clear();
    calls_.cancel_all();
    events_.end();
}

void HttpSession::drain() {
    subscriptions_.clear();
    calls_.give_up_questions(wire_error({Errc::unavailable, "The server is shutting down. Connect again in a moment.",
                                         "shutting_down", std::chrono::seconds{2}}));
}

SessionTable::SessionTable(std::size_t most, std::chrono::seconds idle_limit, std::size_t max_subscriptions,
                           const Clock& clock)
    : most_{most}, idle_limit_{idle_limit}, max_subscriptions_{max_subscriptions}, clock_{clock} {}

std::shared_ptr<HttpSession> SessionTable::open(std::string principal, Session greeted) {
    auto session =
        std::make_shared<HttpSession>(random_id(), std::move(principal), std::move(greeted), max_subscriptions_);
    std::vector<std::shared_ptr<HttpSession>> gone;
    {
        const std::lock_guard lock{mutex_};
        while (!entries_.empty() && (entries_.size() >= most_ || is_stale(entries_.back()))) {
            gone.push_back(take_out(std::prev(entries_.end())));
        }
        entries_.push_front({session, clock_.steady_now()});
        by_id_.emplace(session->id(), entries_.begin());
    }
    for (const auto& old : gone) old->end();
    return session;
}

std::shared_ptr<HttpSession> SessionTable::find(std::string_view id, std::string_view principal) {
    std::shared_ptr<HttpSession> stale;
    {
        const std::lock_guard lock{mutex_};
        const auto found = by_id_.find(id);
        if (found == by_id_.end()) return nullptr;
        const auto entry = found->second;
        if (!is_stale(*entry)) {
            if (entry->session->principal() != principal) return nullptr;
            entry->used_at = clock_.steady_now();
            entries_.splice(entries_.begin(), entries_, entry);
            return entry->session;
        }
        stale = take_out(entry);
    }
    stale->end();
    return nullptr;
}

bool SessionTable::end(std::string_view id, std::string_view principal) {
    const auto session = find(id, principal);
    if (!session) return false;
    {
        const std::lock_guard lock{mutex_};
        const auto found = by_id_.find(session->id());
        if (found == by_id_.end()) return false;
        take_out(found->second);
    }
    session->end();
    return true;
}

void SessionTable::drain() {
    std::vector<std::shared_ptr<HttpSession>> sessions;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& entry : entries_) sessions.push_back(entry.session);
    }
    for (const auto& session : sessions) session->drain();
}

std::size_t SessionTable::size() const {
    const std::lock_guard lock{mutex_};
    return entries_.size();
}

bool SessionTable::is_stale(const Entry& entry) const { return clock_.steady_now() - entry.used_at > idle_limit_; }

std::shared_ptr<HttpSession> SessionTable::take_out(Entries::iterator entry) {
    auto session = std::move(entry->session);
    by_id_.erase(session->id());
    entries_.erase(entry);
    return session;
}

}  // namespace flux::mcp
