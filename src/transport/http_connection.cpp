#include "transport/http_connection.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "admission/door.hpp"
#include "admission/page_door.hpp"
#include "base/text.hpp"
#include "mcp/server.hpp"
#include "observe/log.hpp"
#include "transport/http_reply.hpp"
#include "transport/sse.hpp"
#include "transport/websocket_connection.hpp"
#include "transport/websocket_frame.hpp"
#include "transport/websocket_handshake.hpp"

namespace flux::transport {

namespace {

constexpr std::size_t file_piece_bytes = 256 * 1024;

/// What the door is shown. The joined fields and the decoded token live here, the rest in the head.
struct KnockFacts {
    std::optional<std::string> forwarded_for;
    std::optional<std::string> forwarded_proto;
    std::optional<std::string> query_token;
    admission::Knock knock;
};

/// All values of a field that is a list, joined by commas; nothing without such a field.
std::optional<std::string> joined(const RequestHead& head, std::string_view name) {
    if (head.count(name) == 0) return std::nullopt;
    std::string all;
    head.each_listed(name, [&](std::string_view value) {
        if (!all.empty()) all += ", ";
        all += value;
    });
    return all;
}

void describe(KnockFacts& facts, const RequestHead& head, const Target& target, std::string_view peer,
              std::uint16_t port) {
    facts.knock.peer_address = peer;
    facts.knock.port = port;
    if (!head.host.empty()) facts.knock.host = head.host;
    facts.knock.origin = head.field("origin");
    facts.knock.authorization = head.field("authorization");
    facts.knock.fetch_site = head.field("sec-fetch-site");
    if (!target.query.empty()) facts.query_token = query_value(target.query, "token");
    if (facts.query_token) facts.knock.query_token = *facts.query_token;
    facts.forwarded_for = joined(head, "x-forwarded-for");
    if (facts.forwarded_for) facts.knock.forwarded.for_hops = *facts.forwarded_for;
    facts.forwarded_proto = joined(head, "x-forwarded-proto");
    if (facts.forwarded_proto) facts.knock.forwarded.protos = *facts.forwarded_proto;
}

// As load balancers do, if they name a Host at all. A browser that was lured here names the site that lured it.
bool calls_by_address(const RequestHead& head) {
    if (head.host.empty()) return true;
    const auto host = admission::Authority::parse(head.host);
    return host && host->address;
}

Error shutting_down() {
    return {Errc::unavailable, "The server is shutting down. Try again in some seconds.", "draining",
            std::chrono::seconds{5}};
}

/// What a browser may send beside what every page may. `Mcp-Param-*` are named by the tools' schemas, and browsers take
/// no pattern: what is asked for is named again, as far as it is one of them.
std::string allowed_headers(const RequestHead& head) {
    constexpr std::string_view param = "mcp-param-";
    constexpr std::size_t most_bytes = 4096;
    std::string allowed{
        "Authorization, Content-Type, Accept, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name, "
        "Last-Event-ID"};
    head.each_listed("access-control-request-headers", [&](std::string_view name) {
        const bool is_param = name.size() > param.size() && equal_ignoring_case(name.substr(0, param.size()), param);
        if (!is_param || !is_token(name) || allowed.size() + name.size() > most_bytes) return;
        allowed += ", ";
        allowed += name;
    });
    return allowed;
}

HttpResponse preflight(const RequestHead& head) {
    HttpResponse response;
    response.status = 204;
    response.fields = {
        {"Allow", "GET, POST, DELETE, OPTIONS"},
        {"Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS"},
        {"Access-Control-Allow-Headers", allowed_headers(head)},
        {"Vary", "Access-Control-Request-Headers"},
        {"Access-Control-Max-Age", "600"},
    };
    return response;
}

}  // namespace

HttpConnection::HttpConnection(Loop& loop, FileDescriptor socket, const HttpSite& site, ConnectionCounts::Place place,
                               std::string peer)
    : Connection{loop, std::move(socket)},
      site_{site},
      place_{std::move(place)},
      peer_{std::move(peer)},
      finder_{loop.limits().head_bytes},
      late_{loop.draining()},
      since_{loop.now()} {}

std::size_t HttpConnection::consume(char* data, std::size_t size) {
    consuming_ = true;
    std::size_t used = 0;
    bool more = true;
    while (more && used < size && !closing() && phase_ != Phase::busy && !must_wait()) {
        std::size_t took = 0;
        const std::string_view window{data + used, size - used};
        more = phase_ == Phase::head ? take_head(window, took) : take_body(window, took);
        used += took;
    }
    consuming_ = false;
    return used;
}

// False: nothing whole is left, or the connection goes on as something else.
bool HttpConnection::take_head(std::string_view window, std::size_t& took) {
    switch (finder_.find(window)) {
    case HeadFinder::State::more:
        if (!in_head_) {
            in_head_ = true;
            since_ = now();
        }
        return false;
    case HeadFinder::State::refused: refuse(finder_.refusal()); return false;
    case HeadFinder::State::found: break;
    }
    const auto text = window.substr(finder_.begin(), finder_.end() - finder_.begin());
    auto& head = loop().head();
    if (const auto refused = read_request_head(text, loop().limits().target_bytes, head)) {
        refuse(*refused);
        return false;
    }
    took = finder_.end();
    finder_ = HeadFinder{loop().limits().head_bytes};

    served_ = true;
    if (site_.door == nullptr) place_.let_in();
    const Target target{head.target};
    Request request{head, target, route_of(site_, target.path)};
    if (request.route == Route::mcp && wants_websocket(head)) return upgrade(request, window.substr(took));

    const auto rest = window.substr(took);
    const bool whole = !head.chunked && head.content_length <= rest.size();
    if (auto refused = refuse_early(request)) {
        // A body that is there already is skipped; one that is still to come takes the connection with it.
        if (whole) took += head.content_length;
        if (!whole) head.keep_alive = false;
        answer(request, std::move(*refused));
        return true;
    }
    if (whole) {
        took += head.content_length;
        dispatch(request, rest.substr(0, head.content_length));
    } else {
        await_body(request, text);
    }
    return true;
}

void HttpConnection::await_body(const Request& request, std::string_view head) {
    body_ = std::make_unique<PendingBody>();
    body_->head = head;
    body_->visitor = request.visitor;
    body_->allowed_origin = request.allowed_origin;
    body_->begun_at = now();
    if (request.head.chunked) {
        body_->chunked.emplace(loop().limits().body_bytes);
    } else {
        body_->length = request.head.content_length;
    }
    phase_ = Phase::body;
    if (request.head.expects_continue) {
        out() += "HTTP/1.1 100 Continue\r\n\r\n";
        flush_soon();
    }
}

bool HttpConnection::take_body(std::string_view window, std::size_t& took) {
    auto& body = *body_;
    bool whole = false;
    if (body.chunked) {
        const auto state = body.chunked->feed(window, body.content, took);
        if (state == ChunkedBody::State::refused) {
            refuse(body.chunked->refusal());
            return false;
        }
        whole = state == ChunkedBody::State::done;
    } else {
        took = std::min(window.size(), body.length - body.content.size());
        body.content.append(window.substr(0, took));
        whole = body.content.size() == body.length;
    }
    body.received += took;
    if (!whole) return true;

    const auto pending = std::move(body_);
    auto& head = loop().head();
    // It was read before, when it came.
    if (const auto refused = read_request_head(pending->head, loop().limits().target_bytes, head)) {
        refuse(*refused);
        return false;
    }
    const Target target{head.target};
    const Request request{head, target, route_of(site_, target.path), std::move(pending->visitor),
                          pending->allowed_origin};
    phase_ = Phase::head;
    dispatch(request, pending->content);
    return true;
}

std::optional<HttpResponse> HttpConnection::refuse_early(Request& request) {
    const auto& head = request.head;
    if (request.route == Route::mcp) {
        if (auto refused = refuse_mcp(request)) return refused;
    } else if (request.route == Route::metrics && site_.door != nullptr) {
        KnockFacts facts;
        describe(facts, head, request.target, peer_, site_.port);
        if (const auto visitor = site_.door->admit(facts.knock); !visitor) return reply(visitor.error());
        place_.let_in();
    } else if (site_.door != nullptr && !(request.route == Route::operator_page && head.count("origin") == 0)) {
        if (const auto looked = check_origin(request); !looked) return reply(looked.error());
    }
    if (request.route == Route::rest && site_.draining) return reply(shutting_down());
    if (head.content_length > loop().limits().body_bytes) {
        return reply(HttpRefusal{413, "The request's body is longer than this server reads."});
    }
    return std::nullopt;
}

// Comes as nobody should who reads more than how the server is: a page that was lured here, by a name that isn't ours.
bool HttpConnection::is_stranger(const Request& request) const {
    return site_.door != nullptr && !calls_by_address(request.head) && !check_origin(request);
}

Result<void> HttpConnection::check_origin(const Request& request) const {
    KnockFacts facts;
    describe(facts, request.head, request.target, peer_, site_.port);
    return site_.door->check_origin(facts.knock);
}

std::optional<HttpResponse> HttpConnection::refuse_mcp(Request& request) {
    const auto& head = request.head;
    KnockFacts facts;
    describe(facts, head, request.target, peer_, site_.port);
    // A preflight carries no token by design, and learns only what its origin may send.
    if (head.method == "OPTIONS") {
        if (const auto looked = site_.door->check_origin(facts.knock); !looked) return reply(looked.error());
        request.allowed_origin = facts.knock.origin.has_value();
        return preflight(head);
    }
    auto visitor = last_knock_.admit(*site_.door, facts.knock);
    if (!visitor) {
        request.allowed_origin = facts.knock.origin && visitor.error().code == Errc::unauthenticated;
        return reply(visitor.error());
    }
    place_.let_in();
    request.allowed_origin = facts.knock.origin.has_value();
    request.visitor = std::move(*visitor);
    if (head.method != "POST" && head.method != "GET" && head.method != "DELETE") {
        return reply_not_allowed(routes[0].methods);
    }
    if (const auto refused = refuse_media(head)) return reply(*refused);
    if (const auto refused = refuse_repeated(head)) return reply(*refused);
    if (site_.draining && head.method != "DELETE") return reply(shutting_down());
    return std::nullopt;
}

void HttpConnection::dispatch(const Request& request, std::string_view body) {
    const auto& head = request.head;
    switch (request.route) {
    case Route::mcp: dispatch_mcp(request, body); return;
    case Route::metrics:
    case Route::operator_page: {
        const auto detail = is_stranger(request) ? Detail::status : Detail::all;
        if (detail == Detail::all && site_.pages->wants_check(request.target.path, request.target.query)) {
            phase_ = Phase::busy;
            auto self = std::static_pointer_cast<HttpConnection>(shared_from_this());
            const ResponseFrame frame{request.keeps_alive(), head.method == "HEAD", head.minor_version > 0};
            auto task = answer_after_check(std::move(self), std::string{head.method}, frame);
            loop().tasks().start(std::move(task));
            return;
        }
        if (auto page = site_.pages->answer(head.method, request.target.path, site_.draining, detail)) {
            answer(request, std::move(*page));
            return;
        }
        break;
    }
    case Route::rest:
        if (site_.rest != nullptr) {
            dispatch_rest(request, body);
            return;
        }
        break;
    }
    answer(request, reply(Error{Errc::not_found,
                                "Nothing is served here. The MCP endpoint is /mcp; /health says how the "
                                "server is.",
                                "no_such_path",
                                {}}));
}

void HttpConnection::dispatch_mcp(const Request& request, std::string_view body) {
    const auto& head = request.head;
    const auto facts = facts_of(head, request.target.query);
    if (head.method == "DELETE") {
        const auto ended = site_.mcp->end_session(facts, *request.visitor);
        if (ended) {
            answer(request, HttpResponse{});
        } else if (ended.error().http_status == 405) {
            answer(request, reply_not_allowed("POST"));
        } else {
            answer(request, reply(HttpRefusal{ended.error().http_status, ended.error().message}));
        }
        return;
    }
    const auto accepted = accepted_media(head);
    ReplyShape shape{.keep_alive = request.keeps_alive() && !loop().draining(),
                     .chunked = head.minor_version > 0,
                     .is_get = head.method == "GET",
                     .takes_events = accepted.events,
                     .wants_events = head.method == "POST" && accepted.rather_events()};
    if (request.allowed_origin) shape.origin = head.field("origin").value_or("");
    ReplyChannel& channel = *this;
    const auto outbox = std::make_shared<McpReply>(channel, std::move(shape));
    phase_ = Phase::busy;
    reply_ = outbox;
    is_listen_ = head.method == "GET";
    since_ = now();
    auto exchange = is_listen_ ? site_.mcp->listen(facts, *request.visitor, loop().executor(), outbox)
                               : site_.mcp->post(body, facts, *request.visitor, loop().executor(), outbox);
    // The answer may have come before this returned.
    if (reply_ != outbox) return;
    exchange_ = std::move(exchange);
    // The head of a stream goes out at once: who listens wants to know that it may.
    if (is_listen_ && exchange_) outbox->open_stream();
}

void HttpConnection::dispatch_rest(const Request& request, std::string_view body) {
    const auto& head = request.head;
    auto path = percent_decoded(request.target.path);
    if (!path || !path->starts_with('/')) {
        answer(request, reply(HttpRefusal{400, "The request's path is not well encoded."}));
        return;
    }
    HttpRequest asked;
    asked.method = head.method;
    asked.path = std::move(*path);
    asked.query = request.target.query;
    asked.host = head.host;
    asked.body = body;
    asked.peer = peer_;
    asked.port = site_.port;
    asked.fields.reserve(head.field_count);
    for (std::size_t i = 0; i < head.field_count; ++i) {
        asked.fields.emplace_back(ascii_lower(head.fields[i].name), head.fields[i].value);
    }
    phase_ = Phase::busy;
    auto self = std::static_pointer_cast<HttpConnection>(shared_from_this());
    const ResponseFrame frame{request.keeps_alive(), head.method == "HEAD", head.minor_version > 0};
    auto task = answer_by_handler(std::move(self), std::move(asked), frame);
    loop().tasks().start(std::move(task));
}

async::Task<> HttpConnection::answer_by_handler(std::shared_ptr<HttpConnection> self, HttpRequest request,
                                                ResponseFrame frame) {
    HttpResponse response;
    try {
        response = co_await self->site_.rest->answer(std::move(request));
    } catch (const std::exception& error) {
        if (self->closed()) co_return;
        // Also a full pool. Who asks learns only that it went wrong here.
        observe::log::error("a page could not be answered", {{"error", error.what()}});
        response = reply(Error{Errc::internal, "This page could not be made. Try again in a moment."});
    }
    if (self->closed()) co_return;
    if (response.to_known_visitor) self->place_.let_in();
    const bool has_source = response.source && !frame.head_only;
    const bool ends_with_connection = has_source && !response.length && !frame.chunked;
    frame.keep_alive = frame.keep_alive && !ends_with_connection && !self->loop().draining();
    append_response(self->out(), response, frame);
    self->flush_soon();
    bool whole = true;
    try {
        if (has_source) {
            whole = co_await send_source(self, std::move(response.source), frame.chunked && !response.length);
        } else if (response.file && !frame.head_only) {
            auto file = std::make_shared<FileBody>(std::move(*response.file));
            whole = co_await send_file(self, std::move(file));
        }
    } catch (const std::exception& error) {
        if (!self->closed()) observe::log::error("a page broke off", {{"error", error.what()}});
        whole = false;
    }
    if (!whole) {
        // A length or a last chunk was promised, so only a broken connection tells that the rest is missing.
        self->cut();
        co_return;
    }
    self->request_done(frame.keep_alive);
}

async::Task<> HttpConnection::answer_after_check(std::shared_ptr<HttpConnection> self, std::string method,
                                                 ResponseFrame frame) {
    const auto& site = self->site_;
    try {
        co_await site.pages->check_connectors();
    } catch (const std::exception& error) {
        // What was known before is answered then.
        observe::log::error("the connectors could not be checked", {{"error", error.what()}});
    }
    if (self->closed()) co_return;
    frame.keep_alive = frame.keep_alive && !self->loop().draining();
    if (const auto page = site.pages->answer(method, "/readyz", site.draining)) {
        append_response(self->out(), *page, frame);
    }
    self->request_done(frame.keep_alive);
}

async::Task<bool> HttpConnection::send_source(std::shared_ptr<HttpConnection> self, std::shared_ptr<BodySource> source,
                                              bool chunked) {
    for (;;) {
        const auto piece = co_await source->next();
        if (self->closed() || !piece) co_return false;
        if (piece->empty()) break;
        if (chunked) {
            append_chunk(self->out(), *piece);
        } else {
            self->out() += *piece;
        }
        self->flush_soon();
        co_await self->wait_until_sent();
        if (self->closed()) co_return false;
    }
    if (chunked) append_last_chunk(self->out());
    co_return true;
}

async::Task<bool> HttpConnection::send_file(std::shared_ptr<HttpConnection> self, std::shared_ptr<FileBody> file) {
    std::uint64_t sent = 0;
    while (sent < file->length) {
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(file_piece_bytes, file->length - sent));
        auto read = [file, length, sent] {
            std::string piece(length, '\0');
            std::size_t have = 0;
            while (have < length) {
                const auto got = ::pread(file->file.get(), piece.data() + have, length - have,
                                         static_cast<off_t>(file->offset + sent + have));
                if (got < 0 && errno == EINTR) continue;
                if (got <= 0) break;
                have += static_cast<std::size_t>(got);
            }
            piece.resize(have);
            return piece;
        };
        const auto piece = co_await self->site_.pool->run(std::move(read));
        if (self->closed() || piece.empty()) co_return false;
        self->out() += piece;
        sent += piece.size();
        self->flush_soon();
        co_await self->wait_until_sent();
        if (self->closed()) co_return false;
    }
    co_return true;
}

Result<admission::Visitor> HttpConnection::admit_socket(admission::Knock& knock, std::string_view query,
                                                        std::shared_ptr<const admission::Stay>& stay) const {
    const auto ticket = site_.page_door != nullptr ? query_value(query, "ticket") : std::nullopt;
    if (!ticket) return site_.door->admit(knock);
    knock.query_ticket = *ticket;
    auto page = site_.page_door->admit_ticket(knock);
    if (!page) return fail(std::move(page.error()));
    stay = std::move(page->stay);
    return std::move(page->visitor);
}

bool HttpConnection::upgrade(Request& request, std::string_view rest) {
    const auto& head = request.head;
    loop().head().keep_alive = false;
    KnockFacts facts;
    describe(facts, head, request.target, peer_, site_.port);
    if (const auto looked = site_.door->check_origin(facts.knock); !looked) {
        answer(request, reply(looked.error()));
        return false;
    }
    const auto asked = read_upgrade(head);
    if (!asked) {
        auto response = reply(asked.error());
        if (asked.error().status == 426) {
            response.fields = {{"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
        }
        answer(request, std::move(response));
        return false;
    }
    if (asked->offers_some && !asked->offers_mcp) {
        answer(request, reply(HttpRefusal{400, "The only WebSocket subprotocol here is `mcp`."}));
        return false;
    }
    std::shared_ptr<const admission::Stay> stay;
    auto visitor = admit_socket(facts.knock, request.target.query, stay);
    if (!visitor) {
        if (asked->offers_mcp || visitor.error().code != Errc::unauthenticated) {
            answer(request, reply(visitor.error()));
            return false;
        }
        // The MVP's clients look for this close code; they can't see a status.
        append_upgrade_response(out(), *asked);
        append_close(out(), CloseCode::policy, visitor.error().message);
        flush_soon();
        close_when_sent();
        return false;
    }
    if (site_.draining || !can_hand_over()) {
        answer(request, reply(shutting_down()));
        return false;
    }
    place_.let_in();
    append_upgrade_response(out(), *asked);
    const auto names = name_style_of(request.target.query);
    auto handover = hand_over();
    auto connection = std::make_shared<WebSocketConnection>(loop(), std::move(handover.socket), std::move(place_));
    connection->open(*site_.mcp, std::move(*visitor), std::move(stay), names, std::move(handover.out),
                     std::string{rest});
    loop().serve(std::move(connection));
    return false;
}

void HttpConnection::answer(const Request& request, HttpResponse response) {
    if (request.allowed_origin) {
        const auto origin = request.head.field("origin").value_or("");
        for (auto& field : cors_fields(origin)) response.fields.push_back(std::move(field));
    }
    if (response.status >= 400 && observe::log::enabled(observe::LogLevel::debug)) {
        observe::log::debug("request refused", {{"method", request.head.method},
                                                {"target", without_secrets(request.head.target)},
                                                {"status", response.status},
                                                {"peer", peer_}});
    }
    const bool keep_alive = request.keeps_alive() && !loop().draining();
    append_response(out(), response, {keep_alive, request.head.method == "HEAD"});
    request_done(keep_alive);
}

// What cannot be read as HTTP ends the connection: nobody knows where the next request would begin.
void HttpConnection::refuse(const HttpRefusal& refusal) {
    append_response(out(), reply(refusal), {.keep_alive = false});
    request_done(false);
}

void HttpConnection::request_done(bool keep_alive) {
    phase_ = Phase::head;
    in_head_ = false;
    since_ = now();
    if (!keep_alive) {
        close_when_sent();
    } else if (!consuming_) {
        resume();
    }
    flush_soon();
}

bool HttpConnection::reply_written() {
    since_ = now();
    flush_soon();
    if (overrun()) cut();
    return !closed();
}

void HttpConnection::reply_finished(bool keep_alive) {
    reply_.reset();
    exchange_.reset();
    request_done(keep_alive && !loop().draining());
}

bool HttpConnection::reply_congested() const { return unsent() > loop().limits().outbound_soft; }

void HttpConnection::tick() {
    Connection::tick();
    if (closed() || closing()) return;
    const auto& limits = loop().limits();
    const auto passed = now() - since_;
    switch (phase_) {
    case Phase::head:
        if (in_head_ && passed > limits.head_time) {
            refuse({408, "The request's head took too long."});
        } else if (!in_head_ && passed > (served_ ? limits.idle_time : limits.head_time)) {
            close_when_sent();
        }
        return;
    case Phase::body: {
        const auto taken = now() - body_->begun_at;
        if (taken <= limits.body_grace) return;
        const auto seconds = std::chrono::duration_cast<std::chrono::duration<double>>(taken - limits.body_grace);
        if (static_cast<double>(body_->received) < seconds.count() * static_cast<double>(limits.body_rate)) {
            refuse({408, "The request's body comes too slowly."});
        }
        return;
    }
    case Phase::busy:
        if (reply_ && reply_->streaming() && passed > limits.comment_interval) reply_->comment();
        return;
    }
}

void HttpConnection::drain() {
    if (phase_ == Phase::busy) {
        // A GET's stream never falls idle by itself.
        if (is_listen_ && exchange_) {
            const auto exchange = std::move(exchange_);
            exchange->disconnected();
            if (reply_) reply_->end_stream();
        }
        return;
    }
    // Whoever has connected only just has a request on its way, and gets an answer to it.
    if (phase_ == Phase::head && !in_head_ && served_) close_when_sent();
}

void HttpConnection::ended() {
    if (const auto reply = std::exchange(reply_, nullptr)) reply->detach();
    if (const auto exchange = std::exchange(exchange_, nullptr)) exchange->disconnected();
    body_.reset();
}

}  // namespace flux::transport
