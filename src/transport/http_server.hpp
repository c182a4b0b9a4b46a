#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "async/blocking_pool.hpp"
#include "base/result.hpp"
#include "transport/http_handler.hpp"
#include "transport/http_limits.hpp"
#include "transport/operator_pages.hpp"

namespace flux::admission {
class Door;
class PageDoor;
}  // namespace flux::admission
namespace flux::mcp {
class Server;
}

namespace flux::transport {

struct HttpServerOptions {
    std::string host = "127.0.0.1";     ///< an address, or `localhost`
    std::uint16_t port = 8787;          ///< 0: any free one; `port()` says which
    std::string port_setting = "PORT";  ///< how the operator names the port; for the error when it is taken
    unsigned threads = 0;               ///< loop threads; 0: one for each processor that the process may use
    HttpLimits limits = {};
};

/// What the main port serves. Everything is owned by `app/` and outlives the server.
struct McpSite {
    mcp::Server& server;
    admission::Door& door;
    const OperatorPages& pages;
    HttpHandler* rest = nullptr;  ///< whatever else the port serves, behind the door's look at Host and Origin
    admission::PageDoor* page_door = nullptr;  ///< lets sockets in that come with a page's ticket
};

/// A port with loop threads of its own: the machine room of the main port and of the preview port.
///
/// Built, started, drained and stopped by one thread that isn't one of the loops.
class HttpServer {
public:
    /// The main port: `/mcp` over HTTP and WebSocket, the operator's pages, and the rest.
    HttpServer(HttpServerOptions options, McpSite site, async::BlockingPool& pool);

    /// A port that serves `handler` alone, which looks at `Host` itself: the preview port.
    HttpServer(HttpServerOptions options, HttpHandler& handler, async::BlockingPool& pool);

    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();

    /// Binds and starts the loops. `conflict` when the port is taken: the message names it and the cure.
    Result<void> start();

    /// How many connections there are, for metrics; from any thread.
    std::size_t connections() const;

    /// The port that is listened on, after `start`.
    std::uint16_t port() const;

    /// Lets what is in flight finish and closes streams (WebSockets with 1001) as they fall idle, for `limit` at most.
    /// New requests are answered with 503 and `Retry-After`, on new connections too, until `stop`. Blocks; true if
    /// nothing is left for `stop` to break off.
    bool drain(std::chrono::milliseconds limit);

    /// Stops accepting, cuts every connection and joins the loops. Idempotent. Work that the protocol still has on the
    /// loops is dropped.
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace flux::transport
