#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "mcp/server.hpp"
#include "transport/connection.hpp"
#include "transport/line_reader.hpp"
#include "transport/local_socket.hpp"
#include "transport/stream_outbox.hpp"

namespace flux::transport {

/// A process of the same user at the local socket: a hello, then MCP, one message a line.
class LocalConnection final : public Connection, private MessageSink {
public:
    LocalConnection(Loop& loop, FileDescriptor socket, mcp::Server& server, const LocalSocket::Visitors& visitors);

    void tick() override;
    void drain() override;

private:
    std::size_t consume(char* data, std::size_t size) override;
    void ended() override;
    bool owes_answers() const override;

    void write_message(std::string_view message) override;
    void answered(bool refused) override;
    bool is_behind() const override;

    void greet(std::string_view hello);
    void close_if_idle();

    mcp::Server& server_;
    const LocalSocket::Visitors& visitors_;
    LineReader lines_;
    bool draining_ = false;
    SteadyTime since_;  ///< the accept, then the end of input
    bool finishing_ = false;
    std::shared_ptr<StreamOutbox> outbox_;
    std::shared_ptr<mcp::Stream> stream_;  ///< null until the hello
};

}  // namespace flux::transport
