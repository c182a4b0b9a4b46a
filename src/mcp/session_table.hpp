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
#include "mcp/running_call.hpp"
#include "mcp/server.hpp"
#include "mcp/session.hpp"

namespace flux::mcp {

/// A session's own stream from the server (a GET). Lives on its connection's executor; `end` may come from anywhere.
class Listener final : public Exchange, public std::enable_shared_from_this<Listener> {
public:
    Listener(async::Executor executor, std::shared_ptr<Outbox> outbox)
        : executor_{executor}, outbox_{std::move(outbox)} {}

    void disconnected() override;
    void end();
    bool is_open() const { return open_; }

private:
    async::Executor executor_;
    std::shared_ptr<Outbox> outbox_;
    std::atomic<bool> open_{true};
};

/// One session over HTTP. Its requests come on many connections and threads: `session` changes no more once it is in
/// the table, the calls have a lock of their own, and `listen` has one too, because two GETs may race.
class HttpSession {
public:
    HttpSession(std::string id, std::string principal, Session greeted)
        : id_{std::move(id)}, principal_{std::move(principal)}, session_{std::move(greeted)} {}

    const std::string& id() const { return id_; }
    const std::string& principal() const { return principal_; }
    Session& session() { return session_; }
    const std::shared_ptr<RunningCalls>& calls() const { return calls_; }

    /// Makes `listener` the stream of this session; false if there is one.
    bool listen(const std::shared_ptr<Listener>& listener);

    /// Gives up its calls and ends its stream.
    void end();

private:
    const std::string id_;
    const std::string principal_;
    Session session_;
    const std::shared_ptr<RunningCalls> calls_ = std::make_shared<RunningCalls>();
    std::mutex mutex_;
    std::weak_ptr<Listener> listener_;
};

/// The sessions over HTTP, each bound to the principal that opened it: its id is a name, not a key. Bounded: the one
/// that has been idle longest goes when there are too many. Thread-safe; under its lock things are only looked up.
class SessionTable {
public:
    SessionTable(std::size_t most, std::chrono::seconds idle_limit, const Clock& clock);

    std::shared_ptr<HttpSession> open(std::string principal, Session greeted);

    /// The session, now in use; nullptr if there is none of this id that belongs to `principal`.
    std::shared_ptr<HttpSession> find(std::string_view id, std::string_view principal);

    /// Ends it; false if there is none.
    bool end(std::string_view id, std::string_view principal);

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
    const Clock& clock_;
    mutable std::mutex mutex_;
    Entries entries_;  // the one used last in front
    std::unordered_map<std::string, Entries::iterator> by_id_;
};

}  // namespace flux::mcp
