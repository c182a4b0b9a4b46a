#include "mcp/dispatcher.hpp"

#include <utility>

#include "mcp/completions.hpp"

namespace flux::mcp {

Dispatcher::Dispatcher(ServerOptions options, Catalog catalog, const Clock& clock)
    : options_{std::move(options)},
      introduction_{options_, catalog},
      stateless_{introduction_},
      rules_{clock,
             options_.call_limit,
             options_.progress_interval,
             options_.max_in_flight,
             options_.ask_limit,
             std::make_shared<std::atomic<std::size_t>>(0),
             std::make_shared<const RequestStates>(clock, options_.ask_limit)},
      tasks_{std::make_shared<Tasks>(Tasks::Limits{}, clock, options_.task_journal, catalog.tools)},
      tools_{std::move(catalog.tools), options_, rules_, tasks_},
      resources_{std::move(catalog.resources), options_, rules_},
      prompts_{std::move(catalog.prompts), options_, rules_},
      notices_{catalog, resources_, introduction_.has_tasks ? tasks_ : nullptr, rules_, options_.max_listens} {}

void Dispatcher::drain() {
    draining_ = true;
    notices_.end();
    tasks_->end();
}

Dispatcher::Served Dispatcher::serve(const Request& request, Session& session, Visit&& visit) const {
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
        return dispatch(request, session.scope(request), visit, nullptr);
    } catch (...) {
        visit.reply.fail(request.id, broken(request.method, std::current_exception()));
        return nullptr;
    }
}

Dispatcher::Served Dispatcher::serve(const Request& request, const HttpFacts* headers, Visit&& visit) const {
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
        return dispatch(request, *scope, visit, headers);
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

Dispatcher::Served Dispatcher::dispatch(const Request& request, const RequestScope& scope, Visit& visit,
                                        const HttpFacts* headers) const {
    CallSite site{scope, visit.visitor, visit.executor, std::move(visit.calls), visit.reply, headers};
    const auto& method = request.method;
    if (method == "tools/call" && !tools_.empty()) return tools_.call(request, std::move(site));
    if (method == "tools/list" && !tools_.empty()) return list(request, scope, visit, tools_.list(visit.names));
    if (method == "prompts/list" && !prompts_.empty()) return list(request, scope, visit, prompts_.list());
    if (method == "prompts/get" && !prompts_.empty()) return prompts_.get(request, std::move(site));
    if (method == "resources/list" && !resources_.empty()) return resources_.list(request, std::move(site));
    if (method == "resources/read" && !resources_.empty()) return resources_.read(request, std::move(site));
    if (method == "resources/templates/list" && !resources_.empty()) {
        return list(request, scope, visit, resources_.templates());
    }
    if (method == "completion/complete" && introduction_.completes) return complete(request, std::move(site));
    if (scope.listens) {
        if (method == "subscriptions/listen") return notices_.listen(request, std::move(site));
        if (introduction_.has_tasks && answer_task(request, scope, visit)) return nullptr;
    } else if (method == "resources/subscribe" && !resources_.empty()) {
        subscribe(request, scope, visit);
        return nullptr;
    } else if (method == "resources/unsubscribe" && !resources_.empty()) {
        unsubscribe(request, visit);
        return nullptr;
    }
    auto error = method_not_found(method);
    error.http_status = scope.unknown_method_status;
    visit.reply.fail(request.id, error);
    return nullptr;
}

/// False if the method isn't one of the tasks extension.
bool Dispatcher::answer_task(const Request& request, const RequestScope& scope, Visit& visit) const {
    if (!Tasks::knows(request.method)) return false;
    const CallSite site{scope, visit.visitor, visit.executor, nullptr, visit.reply};
    const auto answered = scope.client.tasks ? tasks_->answer(request, site, rules_)
                                             : Answered{tl::unexpected{tasks_not_declared(scope)}};
    answer(visit.reply, request.id, scope, answered);
    return true;
}

Dispatcher::Served Dispatcher::list(const Request& request, const RequestScope& scope, Visit& visit,
                                    const PagedList& list) {
    const Answered answered = cursor_of(request.params)
                                  .and_then([&](const std::string& cursor) { return list.page(cursor); })
                                  .map([](std::string page) { return Answer{std::move(page), list_keep_for}; });
    answer(visit.reply, request.id, scope, answered);
    return nullptr;
}

void Dispatcher::subscribe(const Request& request, const RequestScope& scope, Visit& visit) const {
    const auto uri = request.params.member("uri").string();
    if (!uri) return visit.reply.fail(request.id, invalid_params("`params.uri` has to name a resource."));
    const auto found = resources_.find(*uri);
    if (!found) {
        const auto error = unknown_resource(*uri, "There is no such resource.", scope.unknown_resource_code);
        return visit.reply.fail(request.id, error);
    }
    if (!visit.subscriptions) {
        return visit.reply.fail(request.id, invalid_request("A subscription needs a session. Initialize first."));
    }
    auto subject = notices_.resource(*found, visit.visitor);
    const auto start = [&] {
        auto tell = [announce = visit.announce, uri = *uri] {
            std::string message;
            Subject::write(message, "notifications/resources/updated", uri, {});
            return announce(message);
        };
        return Subscription::start(visit.executor, std::move(subject->feed), std::move(tell), notices_.pause());
    };
    // What never changes needs no watching.
    if (subject && !visit.subscriptions->add(*uri, start)) {
        return visit.reply.fail(request.id, invalid_request("There are too many subscriptions. Give up some of them."));
    }
    visit.reply.succeed(request.id, "{}");
}

void Dispatcher::unsubscribe(const Request& request, Visit& visit) {
    const auto uri = request.params.member("uri").string();
    if (!uri) return visit.reply.fail(request.id, invalid_params("`params.uri` has to name a resource."));
    if (visit.subscriptions) visit.subscriptions->remove(*uri);
    visit.reply.succeed(request.id, "{}");
}

/// `completion/complete` serves both kinds of references; each kind belongs to those that it refers to.
Dispatcher::Served Dispatcher::complete(const Request& request, CallSite site) const {
    const auto asked = CompletionRequest::read(request.params);
    if (!asked) {
        site.reply.fail(request.id, asked.error());
        return nullptr;
    }
    const auto completer = asked->kind == CompletionRequest::Kind::prompt
                               ? prompts_.completer(asked->reference, asked->argument)
                               : resources_.completer(asked->reference, asked->argument);
    if (!completer) {
        site.reply.fail(request.id, completer.error());
        return nullptr;
    }
    return complete_argument(request, asked->query, *completer, std::move(site), rules_);
}

}  // namespace flux::mcp
