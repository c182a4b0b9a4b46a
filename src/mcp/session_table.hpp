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

/// One session over HTTP. Its requests come on many connections and threads: `session` changes no more once it is in
/// the table; calls, events and subscriptions have locks of their own.
class HttpSession {
public:
    HttpSession(std::string id, std::string principal, Session greeted, std::size_t max_subscriptions,
                std::shared_ptr<EventRoom> room);

    const std::string& id() const { return id_; }
    const std::string& principal() const { return principal_; }
    Session& session() { return session_; }
    Revision revision() const { return session_.revision(); }
    RunningCalls& calls() { return calls_; }
    EventLog& events() { return events_; }
    Subscriptions& subscriptions() { return subscriptions_; }

    /// A client hears one of its streams, or does so no more since `now`.
    void stream_opened() { ++streams_; }
    void stream_closed(SteadyTime now);
    /// Whether nobody hears a stream of it, nor has since `then`.
    bool is_unheard_since(SteadyTime then) const;

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
    std::atomic<int> streams_ = 0;
    std::atomic<SteadyTime> heard_until_ = SteadyTime::min();
};

/// A client that hears a stream of its session by a GET: the session's own, or the rest of one that it lost. Lives on
/// its connection's executor; what it hears may come from anywhere. As long as it hears, the session is in use.
class Listener final : public Exchange, public EventSink, public std::enable_shared_from_this<Listener> {
public:
    Listener(async::Executor executor, std::shared_ptr<Outbox> outbox, std::shared_ptr<HttpSession> session,
             const Clock& clock);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() override { close(); }

    void disconnected() override;
    void deliver(Event event) override;
    void finish() override;
    bool is_open() const override { return open_; }

private:
    void close();

    async::Executor executor_;
    std::shared_ptr<Outbox> outbox_;
    const std::shared_ptr<HttpSession> session_;
    const Clock& clock_;
    std::atomic<bool> open_{true};
};

/// The sessions over HTTP, each bound to the principal that opened it: its id is a name, not a key. Bounded: when there
/// are too many, one goes of the principal that has the most, the one that it has not used for longest; so nobody can
/// drive out the sessions of those who have fewer. Thread-safe; under its lock things are only looked up.
class SessionTable {
public:
    struct Limits {
        std::size_t sessions;
        std::chrono::seconds idle;
        std::size_t subscriptions;  ///< of each
        std::size_t event_bytes;    ///< that all keep for who comes back
    };

    SessionTable(const Limits& limits, const Clock& clock);

    std::shared_ptr<HttpSession> open(std::string principal, Session greeted);

    /// The session, now in use; nullptr if there is none of this id that belongs to `principal`.
    std::shared_ptr<HttpSession> find(std::string_view id, std::string_view principal);

    /// Ends it; false if there is none.
    bool end(std::string_view id, std::string_view principal);

    /// Ends those that have been idle for too long. To be called from time to time.
    void end_idle();

    /// Drains every session.
    void drain();

    std::size_t size() const;

private:
    struct Entry {
        std::shared_ptr<HttpSession> session;
        SteadyTime used_at;
    };
    using Entries = std::list<Entry>;
    struct Place {
        Entries* entries;
        Entries::iterator entry;
    };

    bool is_stale(const Entry& entry) const;
    std::shared_ptr<HttpSession> take_out(Place place);
    Place next_to_go();

    const Limits limits_;
    const std::shared_ptr<EventRoom> room_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Entries> by_principal_;  // the one used last in front
    std::unordered_map<std::string_view, Place> by_id_;      // views of the sessions' own ids
};

}  // namespace flux::mcp
