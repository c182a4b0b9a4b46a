#include "mcp/session_table.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <iterator>
#include <utility>
#include <vector>

#include "base/id.hpp"

namespace flux::mcp {

HttpSession::HttpSession(std::string id, std::string principal, Session greeted, std::size_t max_subscriptions,
                         std::shared_ptr<EventRoom> room)
    : id_{std::move(id)},
      principal_{std::move(principal)},
      session_{std::move(greeted)},
      events_{session_.revision() >= first_with_empty_events, EventLog::Limits{}, std::move(room)},
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

void HttpSession::stream_closed(SteadyTime now) {
    heard_until_ = now;
    --streams_;
}

bool HttpSession::is_unheard_since(SteadyTime then) const { return streams_ == 0 && heard_until_.load() < then; }

Listener::Listener(async::Executor executor, std::shared_ptr<Outbox> outbox, std::shared_ptr<HttpSession> session,
                   const Clock& clock)
    : executor_{executor}, outbox_{std::move(outbox)}, session_{std::move(session)}, clock_{clock} {
    session_->stream_opened();
}

void Listener::disconnected() {
    close();
    outbox_.reset();
}

void Listener::deliver(Event event) {
    asio::dispatch(executor_, [self = shared_from_this(), event = std::move(event)] {
        if (self->outbox_) self->outbox_->send_event(event.id, event.message, {});
    });
}

void Listener::finish() {
    asio::dispatch(executor_, [self = shared_from_this()] {
        self->close();
        if (const auto outbox = std::exchange(self->outbox_, nullptr)) outbox->respond({}, {});
    });
}

void Listener::close() {
    if (open_.exchange(false)) session_->stream_closed(clock_.steady_now());
}

SessionTable::SessionTable(const Limits& limits, const Clock& clock)
    : limits_{limits}, room_{std::make_shared<EventRoom>(limits.event_bytes)}, clock_{clock} {}

std::shared_ptr<HttpSession> SessionTable::open(std::string principal, Session greeted) {
    auto session =
        std::make_shared<HttpSession>(random_id(), principal, std::move(greeted), limits_.subscriptions, room_);
    std::vector<std::shared_ptr<HttpSession>> gone;
    {
        const std::lock_guard lock{mutex_};
        auto& own = by_principal_[std::move(principal)];
        own.push_front({session, clock_.steady_now()});
        by_id_.emplace(session->id(), Place{&own, own.begin()});
        while (by_id_.size() > limits_.sessions) gone.push_back(take_out(next_to_go()));
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
        const auto [entries, entry] = found->second;
        if (!is_stale(*entry)) {
            if (entry->session->principal() != principal) return nullptr;
            entry->used_at = clock_.steady_now();
            entries->splice(entries->begin(), *entries, entry);
            return entry->session;
        }
        stale = take_out(found->second);
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

void SessionTable::end_idle() {
    std::vector<std::shared_ptr<HttpSession>> gone;
    {
        const std::lock_guard lock{mutex_};
        for (auto& [principal, entries] : by_principal_) {
            const auto before = clock_.steady_now() - limits_.idle;
            for (auto entry = entries.rbegin(); entry != entries.rend() && entry->used_at < before; ++entry) {
                if (is_stale(*entry)) gone.push_back(entry->session);
            }
        }
        for (const auto& session : gone) take_out(by_id_.at(session->id()));
    }
    for (const auto& session : gone) session->end();
}

void SessionTable::drain() {
    std::vector<std::shared_ptr<HttpSession>> sessions;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, place] : by_id_) sessions.push_back(place.entry->session);
    }
    for (const auto& session : sessions) session->drain();
}

std::size_t SessionTable::size() const {
    const std::lock_guard lock{mutex_};
    return by_id_.size();
}

bool SessionTable::is_stale(const Entry& entry) const {
    const auto before = clock_.steady_now() - limits_.idle;
    return entry.used_at < before && entry.session->is_unheard_since(before);
}

/// The longest idle of those who have the most, one that somebody hears only where the client of each does. There are
/// few principals, and this is for a full table only.
SessionTable::Place SessionTable::next_to_go() {
    Entries* most = nullptr;
    for (auto& [principal, entries] : by_principal_) {
        const bool has_more = most == nullptr || entries.size() > most->size();
        if (has_more || (entries.size() == most->size() && entries.back().used_at < most->back().used_at)) {
            most = &entries;
        }
    }
    const auto now = clock_.steady_now();
    const auto newest = std::prev(most->rend());
    const auto idle =
        std::find_if(most->rbegin(), newest, [&](const Entry& entry) { return entry.session->is_unheard_since(now); });
    return {most, std::prev(idle == newest ? most->end() : idle.base())};
}

std::shared_ptr<HttpSession> SessionTable::take_out(Place place) {
    auto session = std::move(place.entry->session);
    by_id_.erase(session->id());
    place.entries->erase(place.entry);
    if (place.entries->empty()) by_principal_.erase(session->principal());
    return session;
}

}  // namespace flux::mcp
