#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "mcp/event_log.hpp"
#include "mcp/running_call.hpp"
#include "mcp/server.hpp"
#include "mcp/session.hpp"
#include "mcp/subscription.hpp"

namespace flux::mcp {

/// A client that hears a stream of its session by a GET: the session's own, or the rest of one that it lost. Lives on
/// its connection's executor; what it hears may come from anywhere.
class Listener final : public Exchange, public EventSink, public std::enable_shared_from_this<Listener> {
public:
    Listener(async::Executor executor, std::shared_ptr<Outbox> outbox)
        : executor_{executor}, outbox_{std::move(outbox)} {}

    void disconnected() override;
    void deliver(Event event) override;
    void finish() override;
    bool is_open() const override { return open_; }

private:
    async::Executor executor_;
    std::shared_ptr<Outbox> outbox_;
    std::atomic<bool> open_{true};
};

/// One session over HTTP. Its requests come on many connections and threads: `session` changes no more once it is in
/// the table; calls, events and subscriptions have locks of their own.
class HttpSession {
public:
    HttpSession(std::string id, std::string principal, Session greeted, std::size_t max_subscriptions);

    const std::string& id() const { return id_; }
    const std::string& principal() const { return principal_; }
    Session& session() { return session_; }
    RunningCalls& calls() { return calls_; }
    EventLog& events() { return events_; }
    Subscriptions& subscriptions() { return subscriptions_; }

    /// Gives up its calls and subscriptions, and ends its streams.
    void end();

    /// The server is going, and takes no messages any more: nothing will change that its client could hear of, and
    /// nothing that it was asked will be answered. What runs may finish.
    void drain();

private:
    const std::string id_;
    const std::string principal_;
    Session session_;
    RunningCalls calls_;
    EventLog events_;
    Subscriptions subscriptions_;
};

/// The sessions over HTTP, each bound to the principal that opened it: its id is a name, not a key. Bounded: the one
/// that has been idle longest goes when there are too many. Thread-safe; under its lock things are only looked up.
class SessionTable {
public:
    SessionTable(std::size_t most, std::chrono::seconds idle_limit, std::size_t max_subscriptions, const Clock& clock);

    std::shared_ptr<HttpSession> open(std::string principal, Session greeted);

    /// The session, now in use; nullptr if there is none of this id that belongs to `principal`.
    std::shared_ptr<HttpSession> find(std::string_view id, std::string_view principal);

    /// Ends it; false if there is none.
    bool end(std::string_view id, std::string_view principal);

    /// Drains every session.
    void drain();

    std::size_t size() const;

private:
    struct Entry {
        std::shared_ptr<HttpSession> session;
        SteadyTime used_at;
    };
    using Entries = std::list<Entry>;

    bool is_stale(const Entry& entry) const;
    std::shared_ptr<HttpSession> take_out(Entries::iterator entry);

    const std::size_t most_;
    const std::chrono::seconds idle_limit_;
    const std::size_t max_subscriptions_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    Entries entries_;                                                // the one used last in front
    std::unordered_map<std::string_view, Entries::iterator> by_id_;  // views of the sessions' own ids
};

}  // namespace flux::mcp
