#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "mcp/dispatcher.hpp"
#include "mcp/server.hpp"
#include "mcp/session_table.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

/// How requests over HTTP find their era and their session. Thread-safe.
class HttpEntry {
public:
    HttpEntry(const Dispatcher& dispatcher, const Clock& clock);

    std::shared_ptr<Exchange> post(std::string_view body, const HttpFacts& facts, const admission::Visitor& visitor,
                                   async::Executor executor, std::shared_ptr<Outbox> outbox);
    std::shared_ptr<Exchange> listen(const HttpFacts& facts, const admission::Visitor& visitor,
                                     async::Executor executor, std::shared_ptr<Outbox> outbox);
    void drain() { sessions_.drain(); }
    tl::expected<void, WireError> end_session(const HttpFacts& facts, const admission::Visitor& visitor);
    void end_idle_sessions() { sessions_.end_idle(); }
    std::size_t sessions() const { return sessions_.size(); }

private:
    struct Post;

    std::shared_ptr<Exchange> take(std::string_view body, const Post& post);
    std::shared_ptr<Exchange> request(const Request& request, const Post& post);
    std::shared_ptr<Exchange> open_session(const Request& request, const Post& post);
    std::shared_ptr<Exchange> batch(json::Raw array, const Post& post);
    static void notification(const Notification& notification, const Post& post);
    static void response(const Response& response, const Post& post);

    const Dispatcher& dispatcher_;
    const CodecLimits limits_;
    const Clock& clock_;
    SessionTable sessions_;
};

}  // namespace flux::mcp
