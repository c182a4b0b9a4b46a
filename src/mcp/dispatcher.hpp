#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "mcp/catalog.hpp"
#include "mcp/change_notices.hpp"
#include "mcp/introduction.hpp"
#include "mcp/message.hpp"
#include "mcp/prompts.hpp"
#include "mcp/resources.hpp"
#include "mcp/running_call.hpp"
#include "mcp/server.hpp"
#include "mcp/session.hpp"
#include "mcp/stateless.hpp"
#include "mcp/subscription.hpp"
#include "mcp/tasks.hpp"
#include "mcp/tool_calls.hpp"

namespace flux::mcp {

/// What a transport knows about one request beside its text.
struct Visit {
    const admission::Visitor& visitor;
    NameStyle names;  ///< not `automatic`
    async::Executor executor;
    std::shared_ptr<RunningCalls> calls;  ///< nullptr where nothing can refer to the request later
    Reply reply;

    /// What its connection or session has subscribed to, and how that is told; nullptr where there is neither.
    std::shared_ptr<Subscriptions> subscriptions = {};
    Announce announce = {};
};

/// The heart of the server, which every request of every transport and era passes: may it come in, which method is it,
/// who answers. Shared by all threads; nothing on a call's way through it changes but two counters.
class Dispatcher {
public:
    /// What runs on after a request was served; nullptr if it is answered.
    using Served = std::shared_ptr<RunningCall>;

    Dispatcher(ServerOptions options, Catalog catalog, const Clock& clock);
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    /// Serves a request in the terms of `session`.
    Served serve(const Request& request, Session& session, Visit&& visit) const;

    /// Serves a request that says itself what it speaks; `headers` is nullptr where there are none.
    Served serve(const Request& request, const HttpFacts* headers, Visit&& visit) const;

    /// Those who hear of every list that changes.
    ListHearers& list_hearers() const { return notices_.list_hearers(); }

    /// Refuses new requests, and ends those that only listen.
    void drain();
    std::size_t running() const { return *rules_.running; }

    const ServerOptions& options() const { return options_; }
    const Introduction& introduction() const { return introduction_; }

private:
    std::optional<WireError> refusal(const Request& request, const Visit& visit) const;
    Served dispatch(const Request& request, const RequestScope& scope, Visit& visit, const HttpFacts* headers) const;
    static Served list(const Request& request, const RequestScope& scope, Visit& visit, const PagedList& list);
    Served complete(const Request& request, CallSite site) const;
    bool answer_task(const Request& request, const RequestScope& scope, Visit& visit) const;
    void subscribe(const Request& request, const RequestScope& scope, Visit& visit) const;
    static void unsubscribe(const Request& request, Visit& visit);

    const ServerOptions options_;
    const Introduction introduction_;
    const Stateless stateless_;
    std::atomic<bool> draining_{false};
    const CallRules rules_;
    const std::shared_ptr<Tasks> tasks_;
    const ToolCalls tools_;
    const Resources resources_;
    const Prompts prompts_;
    ChangeNotices notices_;
};

}  // namespace flux::mcp
