#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admission/visitor.hpp"
#include "async/task.hpp"
#include "base/clock.hpp"
#include "mcp/catalog.hpp"
#include "mcp/outbox.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

class TaskJournal;

/// Which spelling `tools/list` shows; both are always accepted by `tools/call`. `automatic`: dotted over WebSocket,
/// underscores over HTTP and stdio, because several hosts drop a whole list for one dot.
enum class NameStyle { automatic, dotted, safe };

struct ServerOptions {
    std::string name = "flux-mcp";
    std::string title;
    std::string version;
    std::string instructions;  ///< for the model, below 1.5 kB
    NameStyle name_style = NameStyle::automatic;
    std::size_t max_message_bytes = 1 << 20;
    std::size_t max_arguments_bytes = 256 * 1024;
    std::size_t max_depth = 64;
    std::size_t max_in_flight = 64;       ///< per connection or session; more is answered with an error
    std::size_t page_size = 100;          ///< entries of a list that are shown at once
    std::size_t max_subscriptions = 256;  ///< per connection or session
    std::chrono::milliseconds call_limit{55'000};
    std::chrono::milliseconds progress_interval{100};
    std::chrono::minutes ask_limit{10};  ///< for one round in which a client is asked for something
    std::chrono::seconds session_idle_limit{3600};
    std::size_t max_sessions = 10'000;
    std::size_t max_event_bytes = std::size_t{64} << 20;  ///< that all sessions together keep for who comes back
    std::size_t max_listens = 1024;                       ///< `subscriptions/listen` that are open, per principal
    std::shared_ptr<TaskJournal> task_journal = {};       ///< nullptr: tasks end with the process
};

/// Headers of a POST, GET or DELETE that the protocol reads. Views into the transport's buffer, valid during the call.
struct HttpFacts {
    std::optional<std::string_view> protocol_version;  ///< `MCP-Protocol-Version`
    std::optional<std::string_view> method;            ///< `Mcp-Method`
    std::optional<std::string_view> name;              ///< `Mcp-Name`, as sent (maybe in the base64 form)
    std::optional<std::string_view> session_id;        ///< `Mcp-Session-Id`
    std::optional<std::string_view> last_event_id;     ///< `Last-Event-ID`
    std::function<std::optional<std::string_view>(std::string_view)> header;  ///< any other, by lower-case name
    NameStyle name_style = NameStyle::automatic;                              ///< of `?names=`
};

/// Facts about a stream connection that the server wants to know.
struct StreamFacts {
    admission::Visitor visitor;
    bool websocket = false;  ///< and else stdio or the local socket
    NameStyle name_style = NameStyle::automatic;
};

/// One connection of a stream transport (WebSocket, stdio). Lives on that connection's executor.
class Stream {
public:
    virtual ~Stream() = default;

    /// Takes one whole message. Quick answers reach the outbox before this returns, others later.
    virtual void receive(std::string_view message) = 0;

    /// The peer has gone: everything that waits for it is cancelled, nothing more is said. Idempotent.
    virtual void close() = 0;

    /// Requests that have not been answered yet: what a drain waits for.
    virtual std::size_t in_flight() const = 0;

    /// Those of them that are worth waiting for when nothing more will come from the peer: not the ones that only
    /// listen for changes.
    virtual std::size_t owed() const = 0;
};

/// One HTTP request that has not been answered to its end. Lives on its connection's executor.
class Exchange {
public:
    virtual ~Exchange() = default;

    /// The client closed the response: cancels the work in the modern era, only the delivery in the legacy one.
    virtual void disconnected() = 0;
};

/// The protocol without I/O: the one place where messages are limited, counted and guarded, for every transport and
/// both eras. Thread-safe: connections on any executor share it.
class Server {
public:
    Server(ServerOptions options, Catalog catalog, const Clock& clock);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Opens a stream. `outbox` outlives the stream's `close`.
    std::shared_ptr<Stream> open(StreamFacts facts, async::Executor executor, std::shared_ptr<Outbox> outbox);

    /// Takes the body of one POST. The response may reach the outbox before this returns; nullptr then.
    std::shared_ptr<Exchange> post(std::string_view body, const HttpFacts& facts, const admission::Visitor& visitor,
                                   async::Executor executor, std::shared_ptr<Outbox> outbox);

    /// A GET: the legacy era's stream from the server, or its resumption. Refusals are `respond`ed like every answer.
    std::shared_ptr<Exchange> listen(const HttpFacts& facts, const admission::Visitor& visitor,
                                     async::Executor executor, std::shared_ptr<Outbox> outbox);

    /// A DELETE: ends a legacy session. The error's status is 400, 404 or 405.
    tl::expected<void, WireError> end_session(const HttpFacts& facts, const admission::Visitor& visitor);

    /// Ends the sessions that have not been used for `session_idle_limit`. To be called from time to time.
    void end_idle_sessions();

    /// From now on new requests are refused with a hint to come back; what runs may finish.
    void drain();

    /// Requests being served, over all transports.
    std::size_t in_flight() const;

    /// Sessions over HTTP that are open.
    std::size_t sessions() const;

    const ServerOptions& options() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace flux::mcp
