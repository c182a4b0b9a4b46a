#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

#include "async/task.hpp"
#include "base/result.hpp"
#include "transport/connection_counts.hpp"
#include "transport/http_site.hpp"
#include "transport/loop.hpp"

namespace flux::transport {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, async::Executor>;

/// Where to listen, from an operator's words: an address or `localhost`.
Result<asio::ip::tcp::endpoint> endpoint_of(const std::string& host, std::uint16_t port);

/// Proves that nobody else has the endpoint, and gives it with its port (which the system chooses for port 0). Needed
/// because the loops share the port (SO_REUSEPORT), and would share it with another server too, each taking part of its
/// clients. `setting` names the port in the error.
Result<asio::ip::tcp::endpoint> claim(asio::ip::tcp::endpoint endpoint, const std::string& setting);

/// One loop's listening socket.
Result<Acceptor> listen_on(async::Executor executor, const asio::ip::tcp::endpoint& endpoint);

/// Accepts until the acceptor is closed; each peer becomes an HttpConnection of the loop. All of it outlives the task.
async::Task<> accept_all(Acceptor& acceptor, Loop& loop, const HttpSite& site, ConnectionCounts& counts);

}  // namespace flux::transport
