#include "mcp/http_entry.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "mcp/batch.hpp"
#include "mcp/codec.hpp"
#include "mcp/name_style.hpp"

namespace flux::mcp {

namespace {

/// A POST whose calls go on.
class Waiting final : public Exchange {
public:
    /// `stops`: whether the calls end with their exchange.
    Waiting(std::vector<std::weak_ptr<RunningCall>> calls, bool stops) : calls_{std::move(calls)}, stops_{stops} {}

    void disconnected() override {
        for (const auto& weak : calls_) {
            const auto call = weak.lock();
            if (!call) continue;
            if (stops_) {
                call->leave();
            } else {
                call->detach();
            }
        }
    }

private:
    const std::vector<std::weak_ptr<RunningCall>> calls_;
    const bool stops_;
};

std::shared_ptr<Exchange> waiting(const std::vector<Dispatcher::Served>& served, bool stops) {
    std::vector<std::weak_ptr<RunningCall>> calls;
    for (const auto& call : served) {
        if (call && !call->is_over()) calls.push_back(call);
    }
    if (calls.empty()) return nullptr;
    return std::make_shared<Waiting>(std::move(calls), stops);
}

/// A part of a session, which keeps it alive.
template <class Part>
std::shared_ptr<Part> part_of(const std::shared_ptr<HttpSession>& session, Part& part) {
    return {session, &part};
}

/// Tells by the session's own stream. Doesn't keep it alive: the session itself holds on to who announces.
Announce announcer_of(const std::shared_ptr<HttpSession>& session) {
    return [weak = std::weak_ptr{session}](std::string_view message) {
        if (const auto there = weak.lock()) there->events().add(EventLog::own_stream, message);
        return true;
    };
}

/// Whether a method makes no sense without a session.
bool needs_session(std::string_view method) {
    return method == "logging/setLevel" || method == "resources/subscribe" || method == "resources/unsubscribe";
}

void refuse(Outbox& outbox, const Id& id, const WireError& error, UnknownId unknown = UnknownId::left_out) {
    auto& message = message_buffer();
    write_error(message, id, error, unknown);
    outbox.respond(message, Delivery{.http_status = error.http_status, .refused = error.refused});
}

WireError with_status(WireError error, int status) {
    error.http_status = status;
    return error;
}

WireError no_such_session() {
    return with_status(invalid_request("There is no such session (any more). Initialize again."), 404);
}

WireError session_needed() {
    return invalid_request("The header `Mcp-Session-Id` is missing. Initialize to get a session.");
}

WireError unknown_revision() {
    return invalid_request("The header `MCP-Protocol-Version` names a revision that isn't spoken here.");
}

/// The revision that `facts` name for what has no session; nothing if it isn't spoken here.
std::optional<Revision> revision_of(const HttpFacts& facts) {
    if (!facts.protocol_version) return assumed_revision;
    return revision_named(trimmed(*facts.protocol_version));
}

/// What an error without an id carries: `session` knows which revision reads it, or else the header.
UnknownId unknown_id_for(const HttpSession* session, const HttpFacts& facts) {
    std::optional<Revision> revision;
    if (session != nullptr) {
        revision = session->revision();
    } else if (facts.protocol_version) {
        revision = revision_of(facts);
    }
    return revision && *revision <= Revision::june_2025 ? UnknownId::null : UnknownId::left_out;
}

}  // namespace

/// One POST on its way to whoever answers it.
struct HttpEntry::Post {
    const HttpFacts& facts;
    const admission::Visitor& visitor;
    async::Executor executor;
    std::shared_ptr<Outbox> outbox;
    std::shared_ptr<HttpSession> session;  ///< the one it names, if that exists
    NameStyle names;
    UnknownId unknown;

    /// Refuses all of it.
    std::nullptr_t refuse(const WireError& error, const Id& id = {}) const {
        mcp::refuse(*outbox, id, error, unknown);
        return nullptr;
    }
    bool names_no_session() const { return facts.session_id && !session; }
    bool is_stateless(json::Raw meta) const {
        return Stateless::is_claimed_by(meta) || Stateless::is_named_by(facts.protocol_version);
    }

    /// Of a request in a session, with those of its parts that the method works on.
    Visit visit_of(const Request& request, Reply reply) const {
        Visit visit{visitor, names, executor, part_of(session, session->calls()), std::move(reply)};
        if (needs_session(request.method)) {
            visit.subscriptions = part_of(session, session->subscriptions());
            visit.announce = announcer_of(session);
        }
        return visit;
    }
    Visit visit_alone() const { return {visitor, names, executor, nullptr, Reply{outbox, Reply::Carrier::exchange}}; }
    void accept() const { outbox->respond({}, Delivery{.http_status = 202}); }
};

HttpEntry::HttpEntry(const Dispatcher& dispatcher, const Clock& clock)
    : dispatcher_{dispatcher},
      limits_{dispatcher.options().max_message_bytes, dispatcher.options().max_depth},
      clock_{clock},
      sessions_{{.sessions = dispatcher.options().max_sessions,
                 .idle = dispatcher.options().session_idle_limit,
                 .subscriptions = dispatcher.options().max_subscriptions,
                 .event_bytes = dispatcher.options().max_event_bytes},
                clock} {}

std::shared_ptr<Exchange> HttpEntry::post(std::string_view body, const HttpFacts& facts,
                                          const admission::Visitor& visitor, async::Executor executor,
                                          std::shared_ptr<Outbox> outbox) {
    Post post{facts,
              visitor,
              executor,
              std::move(outbox),
              nullptr,
              chosen(facts.name_style, dispatcher_.options().name_style, NameStyle::safe),
              UnknownId::left_out};
    if (facts.session_id) post.session = sessions_.find(trimmed(*facts.session_id), visitor.principal);
    post.unknown = unknown_id_for(post.session.get(), facts);
    try {
        return take(body, post);
    } catch (...) {
        return post.refuse(with_status(broken("POST", std::current_exception()), 500));
    }
}

std::shared_ptr<Exchange> HttpEntry::take(std::string_view body, const Post& post) {
    json::Places places;
    const auto json = read_json(body, places, limits_);
    if (!json) return post.refuse(json.error());
    if (json->is(json::Kind::array)) return batch(*json, post);
    const auto message = read_message(*json);
    if (!message) return post.refuse(with_status(message.error().error, 400), message.error().id);
    if (const auto* asked = std::get_if<Request>(&*message)) return request(*asked, post);
    if (const auto* told = std::get_if<Notification>(&*message)) {
        notification(*told, post);
    } else if (const auto* answered = std::get_if<Response>(&*message)) {
        response(*answered, post);
    }
    return nullptr;
}

std::shared_ptr<Exchange> HttpEntry::request(const Request& request, const Post& post) {
    if (Stateless::is_claimed_by(request.meta)) {
        return waiting({dispatcher_.serve(request, &post.facts, post.visit_alone())}, true);
    }
    if (Stateless::is_named_by(post.facts.protocol_version) || Stateless::is_known_only_to_it(request.method)) {
        return post.refuse(Stateless::claim_missing(request), request.id);
    }
    if (post.names_no_session()) return post.refuse(no_such_session(), request.id);
    const auto revision = revision_of(post.facts);
    if (!revision) return post.refuse(unknown_revision(), request.id);
    if (post.session) {
        auto visit = post.visit_of(
            request, Reply{post.outbox, Reply::Carrier::exchange, part_of(post.session, post.session->events())});
        const auto served = dispatcher_.serve(request, post.session->session(), std::move(visit));
        if (served && !served->is_over()) served->begin_wanted();
        return waiting({served}, false);
    }
    if (request.method == "initialize") return open_session(request, post);
    if (needs_session(request.method)) return post.refuse(session_needed(), request.id);
    Session unannounced{dispatcher_.introduction(), *revision};
    return waiting({dispatcher_.serve(request, unannounced, post.visit_alone())}, false);
}

std::shared_ptr<Exchange> HttpEntry::open_session(const Request& request, const Post& post) {
    Session session{dispatcher_.introduction()};
    // The id goes out with the answer, so the answer waits here until there is one.
    class Held final : public Outbox {
    public:
        void send(std::string_view) override {}
        void respond(std::string_view text, const Delivery& how) override {
            message = text;
            delivery = how;
        }
        std::string message;
        Delivery delivery;
    };
    const auto held = std::make_shared<Held>();
    Visit visit{post.visitor, post.names, post.executor, nullptr, Reply{held, Reply::Carrier::exchange}};
    dispatcher_.serve(request, session, std::move(visit));
    if (session.greeted()) {
        held->delivery.session_id = sessions_.open(post.visitor.principal, std::move(session))->id();
    }
    post.outbox->respond(held->message, held->delivery);
    return nullptr;
}

std::shared_ptr<Exchange> HttpEntry::batch(json::Raw array, const Post& post) {
    if (post.names_no_session()) return post.refuse(no_such_session());
    if (!revision_of(post.facts)) return post.refuse(unknown_revision());
    const bool is_stateless = Stateless::is_named_by(post.facts.protocol_version);
    if (is_stateless || !post.session || post.session->revision() != revision_with_batches) {
        return post.refuse(invalid_request("The revision that is spoken here has no batches."));
    }
    const auto messages = read_batch(array);
    if (!messages) return post.refuse(messages.error());
    for (const auto& message : *messages) {
        const auto* told = std::get_if<Notification>(&message);
        if (told && told->method == "notifications/cancelled") {
            if (const auto id = read_id(told->params.member("requestId"))) post.session->calls().cancel(*id);
        }
        if (const auto* answered = std::get_if<Response>(&message)) post.session->calls().answer(*answered);
    }
    const auto count = requests_in(*messages);
    if (count == 0) {
        post.accept();
        return nullptr;
    }
    const auto gathered =
        std::make_shared<Batch>(ReplyPath{post.outbox, part_of(post.session, post.session->events())}, count, true);
    std::vector<Dispatcher::Served> served;
    for (const auto& message : *messages) {
        if (const auto* asked = std::get_if<Request>(&message)) {
            auto visit = post.visit_of(*asked, Reply{gathered});
            served.push_back(dispatcher_.serve(*asked, post.session->session(), std::move(visit)));
        }
    }
    return waiting(served, false);
}

void HttpEntry::notification(const Notification& notification, const Post& post) {
    // Without a handshake a client gives a request up by closing it; ids of one client say nothing about another's.
    if (post.is_stateless(notification.meta)) {
        if (!revision_of(post.facts)) {
            return void(post.refuse(unsupported_version(trimmed(*post.facts.protocol_version))));
        }
    } else {
        if (post.names_no_session()) return void(post.refuse(no_such_session()));
        if (!revision_of(post.facts)) return void(post.refuse(unknown_revision()));
        if (post.session && notification.method == "notifications/cancelled") {
            const auto id = read_id(notification.params.member("requestId"));
            if (id) post.session->calls().cancel(*id);
        }
    }
    post.accept();
}

void HttpEntry::response(const Response& response, const Post& post) {
    if (Stateless::is_named_by(post.facts.protocol_version)) {
        return void(post.refuse(invalid_request("In this revision clients have nothing to answer.")));
    }
    if (post.names_no_session()) return void(post.refuse(no_such_session()));
    if (!revision_of(post.facts)) return void(post.refuse(unknown_revision()));
    if (!post.session) return void(post.refuse(session_needed()));
    post.session->calls().answer(response);
    post.accept();
}

std::shared_ptr<Exchange> HttpEntry::listen(const HttpFacts& facts, const admission::Visitor& visitor,
                                            async::Executor executor, std::shared_ptr<Outbox> outbox) {
    std::shared_ptr<HttpSession> session;
    const auto refused = [&](const WireError& error) {
        refuse(*outbox, {}, error, unknown_id_for(session.get(), facts));
        return nullptr;
    };
    if (Stateless::is_named_by(facts.protocol_version) || !facts.session_id) {
        return refused(with_status(invalid_request("There is a stream for sessions only; POST messages here."), 405));
    }
    session = sessions_.find(trimmed(*facts.session_id), visitor.principal);
    if (!session) return refused(no_such_session());
    if (!revision_of(facts)) return refused(unknown_revision());

    auto& events = session->events();
    auto listener = std::make_shared<Listener>(executor, outbox, session, clock_);
    if (facts.last_event_id) {
        const auto rest = events.resume(trimmed(*facts.last_event_id), listener);
        if (!rest) {
            return refused(invalid_request("What followed `Last-Event-ID` isn't there any more. Ask again."));
        }
        for (const auto& missed : rest->events) outbox->send_event(missed.id, missed.message, {});
        if (!rest->over) return listener;
        outbox->respond({}, {});
        return nullptr;
    }
    if (!events.follow_own(listener)) {
        return refused(with_status(invalid_request("This session has its stream already."), 409));
    }
    if (events.primes()) outbox->send_event(EventLog::first_id(EventLog::own_stream), {}, resume_after);
    if (auto& hearers = dispatcher_.list_hearers(); !hearers.empty()) {
        session->subscriptions().hear_lists([&] {
            auto announce = std::make_shared<const Announce>(announcer_of(session));
            hearers.add(executor, announce);
            return announce;
        });
    }
    return listener;
}

tl::expected<void, WireError> HttpEntry::end_session(const HttpFacts& facts, const admission::Visitor& visitor) {
    if (Stateless::is_named_by(facts.protocol_version)) {
        return tl::unexpected{with_status(invalid_request("There are no sessions in this revision."), 405)};
    }
    if (!facts.session_id) {
        return tl::unexpected{invalid_request("DELETE ends a session: name it by `Mcp-Session-Id`.")};
    }
    if (!revision_of(facts)) return tl::unexpected{unknown_revision()};
    if (!sessions_.end(trimmed(*facts.session_id), visitor.principal)) return tl::unexpected{no_such_session()};
    return {};
}

}  // namespace flux::mcp
