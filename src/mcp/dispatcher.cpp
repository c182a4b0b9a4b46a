#include "mcp/dispatcher.hpp"

#include <array>
#include <utility>

#include "json/writer.hpp"

namespace flux::mcp {

Dispatcher::Dispatcher(ServerOptions options, Catalog catalog, const Clock& clock)
    : options_{std::move(options)},
      introduction_{options_},
      stateless_{introduction_},
      rules_{clock, options_.call_limit, options_.progress_interval, std::make_shared<std::atomic<std::size_t>>(0)},
      tools_{std::move(catalog.tools), options_, rules_} {}

Dispatcher::Served Dispatcher::serve(const Request& request, Session& session, Visit visit) const {
    try {
        if (const auto error = refusal(request, visit)) {
            visit.reply.fail(request.id, *error);
            return nullptr;
        }
        if (const auto answer = session.answer(request)) {
            if (*answer) {
                visit.reply.succeed(request.id, **answer);
            } else {
                visit.reply.fail(request.id, answer->error());
            }
            return nullptr;
        }
        return dispatch(request, session.scope(request), visit);
    } catch (...) {
        visit.reply.fail(request.id, broken(request.method, std::current_exception()));
        return nullptr;
    }
}

Dispatcher::Served Dispatcher::serve(const Request& request, const HttpFacts* headers, Visit visit) const {
    try {
        if (const auto error = refusal(request, visit)) {
            visit.reply.fail(request.id, *error);
            return nullptr;
        }
        const auto scope = stateless_.read(request, headers);
        if (!scope) {
            visit.reply.fail(request.id, scope.error());
            return nullptr;
        }
        if (const auto answer = stateless_.answer(request)) {
            visit.reply.succeed(request.id, *answer);
            return nullptr;
        }
        return dispatch(request, *scope, visit);
    } catch (...) {
        visit.reply.fail(request.id, broken(request.method, std::current_exception()));
        return nullptr;
    }
}

std::optional<WireError> Dispatcher::refusal(const Request& request, const Visit& visit) const {
    if (visit.calls && visit.calls->holds(request.id)) {
        return invalid_request("A request with this id is in flight already.");
    }
    // Being alive costs nothing and may be asked to the end.
    if (request.method == "ping") return {};
    if (draining_) {
        return wire_error({Errc::unavailable, "The server is shutting down. Connect again in a moment.",
                           "shutting_down", std::chrono::seconds{2}});
    }
    if (const auto turn = visit.visitor.turns->take(); !turn) return out_of_turns(turn.error());
    return {};
}

Dispatcher::Served Dispatcher::dispatch(const Request& request, const RequestScope& scope, Visit& visit) const {
    if (const auto method = method_named(request.method)) return (this->*method)(request, scope, visit);
    auto error = method_not_found(request.method);
    error.http_status = scope.unknown_method_status;
    visit.reply.fail(request.id, error);
    return nullptr;
}

Dispatcher::Method Dispatcher::method_named(std::string_view name) {
    struct Row {
        std::string_view name;
        Method method;
    };
    static constexpr std::array rows{
        Row{"tools/call", &Dispatcher::call_tool},
        Row{"tools/list", &Dispatcher::list_tools},
    };
    for (const auto& row : rows) {
        if (row.name == name) return row.method;
    }
    return nullptr;
}

Dispatcher::Served Dispatcher::list_tools(const Request& request, const RequestScope& scope, Visit& visit) const {
    // The list has one page, so no cursor was ever handed out.
    const auto cursor = request.params.member("cursor");
    if (!cursor.absent() && cursor.text() != "\"\"") {
        visit.reply.fail(request.id, invalid_params("`cursor` isn't one that this server gave. Begin without it."));
        return nullptr;
    }
    std::string result;
    json::Writer writer{result};
    writer.object().key("tools").raw(tools_.list(visit.names));
    if (!scope.keeping_marks.empty()) writer.raw(scope.keeping_marks);
    if (!scope.result_marks.empty()) writer.raw(scope.result_marks);
    writer.end_object();
    visit.reply.succeed(request.id, result);
    return nullptr;
}

Dispatcher::Served Dispatcher::call_tool(const Request& request, const RequestScope& scope, Visit& visit) const {
    CallSite site{scope, visit.visitor, visit.executor, visit.calls, visit.reply};
    return tools_.call(request, std::move(site));
}

}  // namespace flux::mcp
