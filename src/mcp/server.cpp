#include "mcp/server.hpp"

#include <utility>

#include "mcp/dispatcher.hpp"
#include "mcp/http_entry.hpp"
#include "mcp/stream_peer.hpp"

namespace flux::mcp {

struct Server::Parts {
    Parts(ServerOptions options, Catalog catalog, const Clock& clock)
        : dispatcher{std::move(options), std::move(catalog), clock}, http{dispatcher, clock} {}

    Dispatcher dispatcher;
    HttpEntry http;
};

Server::Server(ServerOptions options, Catalog catalog, const Clock& clock)
    : parts_{std::make_unique<Parts>(std::move(options), std::move(catalog), clock)} {}

Server::~Server() = default;

std::shared_ptr<Stream> Server::open(StreamFacts facts, async::Executor executor, std::shared_ptr<Outbox> outbox) {
    return std::make_shared<StreamPeer>(parts_->dispatcher, std::move(facts), executor, std::move(outbox));
}

std::shared_ptr<Exchange> Server::post(std::string_view body, const HttpFacts& facts, const admission::Visitor& visitor,
                                       async::Executor executor, std::shared_ptr<Outbox> outbox) {
    return parts_->http.post(body, facts, visitor, executor, std::move(outbox));
}

std::shared_ptr<Exchange> Server::listen(const HttpFacts& facts, const admission::Visitor& visitor,
                                         async::Executor executor, std::shared_ptr<Outbox> outbox) {
    return parts_->http.listen(facts, visitor, executor, std::move(outbox));
}

tl::expected<void, WireError> Server::end_session(const HttpFacts& facts, const admission::Visitor& visitor) {
    return parts_->http.end_session(facts, visitor);
}

void Server::end_idle_sessions() { parts_->http.end_idle_sessions(); }

void Server::drain() {
    parts_->dispatcher.drain();
    parts_->http.drain();
}

std::size_t Server::in_flight() const { return parts_->dispatcher.running(); }

std::size_t Server::sessions() const { return parts_->http.sessions(); }

const ServerOptions& Server::options() const { return parts_->dispatcher.options(); }

}  // namespace flux::mcp
