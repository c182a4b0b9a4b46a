#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "admission/page_door.hpp"
#include "admission/visitor.hpp"
#include "mcp/server.hpp"
#include "transport/connection.hpp"
#include "transport/connection_counts.hpp"
#include "transport/stream_outbox.hpp"
#include "transport/websocket_frame.hpp"

namespace flux::transport {

/// MCP over WebSocket: one message a text frame, one stream of the protocol a connection.
class WebSocketConnection final : public Connection, private MessageSink {
public:
    WebSocketConnection(Loop& loop, FileDescriptor socket, ConnectionCounts::Place place);

    /// Begins to speak. `stay` ends the connection when it doesn't go on; null: it always does. `out` holds the answer
    /// to the upgrade, `input` what came right behind the request.
    void open(mcp::Server& server, admission::Visitor visitor, std::shared_ptr<const admission::Stay> stay,
              mcp::NameStyle names, std::string out, std::string input);

    void tick() override;
    void drain() override;

private:
    void write_message(std::string_view message) override;
    void answered(bool refused) override;
    bool is_behind() const override;

    std::size_t consume(char* data, std::size_t size) override;
    void ended() override;
    void drained() override;

    void close(CloseCode code, std::string_view reason);
    void close_if_idle();
    void give_up_slow_reader();
    void answer_ping(std::string_view payload);
    void let_go_of_stream();

    ConnectionCounts::Place place_;
    WebSocketDecoder decoder_;
    std::shared_ptr<mcp::Stream> stream_;  ///< null when nothing is received any more
    std::shared_ptr<StreamOutbox> outbox_;
    std::shared_ptr<const admission::Stay> stay_;  ///< null: no end but the connection's
    std::unique_ptr<std::string> late_pong_;       ///< for a peer that does not read just now; nearly always none
    bool heard_ = true;                            ///< something came since the last ping
    bool draining_ = false;
    int refused_in_a_row_ = 0;
    SteadyTime pinged_at_;
    SteadyTime kept_up_at_;  ///< when little enough was unsent, the last time that someone looked
};

}  // namespace flux::transport
