#pragma once

#include <chrono>
#include <cstddef>

#include "admission/visitor.hpp"
#include "async/task.hpp"
#include "mcp/server.hpp"

namespace flux::transport {

struct StdioOptions {
    int input = 0;
    int output = 1;
    std::size_t message_bytes = 1 << 20;
    std::size_t outbound_bytes = 4 << 20;           ///< unsent answers, from which the connection is given up
    std::chrono::milliseconds finish_time{10'000};  ///< for requests in flight, after the end of input
    std::chrono::milliseconds stop_time{2'000};     ///< for the last answers, after the task was cancelled
    mcp::NameStyle name_style = mcp::NameStyle::automatic;
};

/// Speaks MCP over two descriptors, one message a line, and ends some time after the end of input, when what was asked
/// has been answered. A line that is too long is answered with an error and left out; nothing but messages is written.
/// When its task is cancelled it reads no more, and ends when nothing is in flight or after `stop_time`: whoever drains
/// the server before has its subscriptions ended as they have to be.
async::Task<> serve_stdio(mcp::Server& server, admission::Visitor visitor, StdioOptions options);

}  // namespace flux::transport
