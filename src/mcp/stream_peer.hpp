#pragma once

#include <memory>

#include "mcp/dispatcher.hpp"
#include "mcp/server.hpp"

namespace flux::mcp {

/// One peer over a stream, in whichever era each of its messages is. Lives on its connection's executor.
class StreamPeer final : public Stream, public std::enable_shared_from_this<StreamPeer> {
public:
    StreamPeer(const Dispatcher& dispatcher, StreamFacts facts, async::Executor executor,
               std::shared_ptr<Outbox> outbox);

    void receive(std::string_view message) override;
    void close() override;
    std::size_t in_flight() const override;
    std::size_t owed() const override;

private:
    void take(json::Raw json);
    void take_batch(json::Raw array);
    void serve(const Request& request, Reply reply);
    bool announce(std::string_view message);
    Announce announcer();
    void hear_lists();
    std::shared_ptr<Subscriptions> subscriptions();
    void notice(const Notification& notification);
    void refuse(const Id& id, const WireError& error);

    const Dispatcher& dispatcher_;
    const admission::Visitor visitor_;
    const NameStyle names_;
    const CodecLimits limits_;
    async::Executor executor_;
    std::shared_ptr<Outbox> outbox_;  ///< nullptr once closed
    Session session_;
    std::shared_ptr<RunningCalls> calls_ = std::make_shared<RunningCalls>();
    std::shared_ptr<Subscriptions> subscriptions_;  ///< made when it is needed
    Announce tell_of_lists_;                        ///< set once it is one of the ListHearers
};

}  // namespace flux::mcp
