#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "mcp/introduction.hpp"
#include "mcp/message.hpp"
#include "mcp/request_scope.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

/// The life of one peer in the revisions that open with a handshake: a stream connection, or an HTTP session.
///
/// A peer that calls tools without ever introducing itself is served too, as by the servers of those revisions that
/// keep no sessions; so is one that doesn't wait with its first call until it has confirmed the handshake, because over
/// HTTP the two may overtake each other.
///
/// Not thread-safe while it greets or is moved; afterwards only the log level changes, which is safe.
class Session {
public:
    explicit Session(const Introduction& introduction) : introduction_{introduction} {}
    Session(Session&& other) noexcept;
    Session& operator=(Session&&) = delete;
    ~Session() = default;

    /// A session that never greets and speaks `revision`.
    Session(const Introduction& introduction, Revision revision) : introduction_{introduction}, revision_{revision} {}

    using Answer = tl::expected<std::string, WireError>;

    /// The result of a method that only these revisions have (`initialize`, `ping`, `logging/setLevel`), or nothing if
    /// `request` is for another.
    std::optional<Answer> answer(const Request& request);

    RequestScope scope(const Request& request) const;

    bool greeted() const { return greeted_; }
    const ClientAbilities& client() const { return client_; }
    Revision revision() const { return revision_; }

private:
    Answer greet(const Request& request);
    Answer set_level(const Request& request);

    const Introduction& introduction_;
    Revision revision_ = assumed_revision;
    ClientAbilities client_ = {};
    bool greeted_ = false;

    /// Until a client asks for the log, it isn't told any of it.
    static constexpr int silent = -1;
    std::atomic<int> log_level_ = silent;  ///< as a number: the requests of one session come on many threads
};

}  // namespace flux::mcp
