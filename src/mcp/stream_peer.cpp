#include "mcp/stream_peer.hpp"

#include <utility>

#include "mcp/batch.hpp"
#include "mcp/codec.hpp"
#include "mcp/name_style.hpp"

namespace flux::mcp {

StreamPeer::StreamPeer(const Dispatcher& dispatcher, StreamFacts facts, async::Executor executor,
                       std::shared_ptr<Outbox> outbox)
    : dispatcher_{dispatcher},
      visitor_{std::move(facts.visitor)},
      names_{chosen(facts.name_style, dispatcher.options().name_style,
                    facts.websocket ? NameStyle::dotted : NameStyle::safe)},
      limits_{dispatcher.options().max_message_bytes, dispatcher.options().max_depth},
      executor_{executor},
      outbox_{std::move(outbox)},
      session_{dispatcher.introduction()} {}

void StreamPeer::receive(std::string_view message) {
    if (!outbox_) return;
    try {
        json::Places places;
        const auto json = read_json(message, places, limits_);
        if (!json) {
            refuse({}, json.error());
        } else if (json->is(json::Kind::array)) {
            take_batch(*json);
        } else {
            take(*json);
        }
    } catch (...) {
        refuse({}, broken("message", std::current_exception()));
    }
}

void StreamPeer::close() {
    if (!outbox_) return;
    if (subscriptions_) subscriptions_->clear();
    calls_->close();
    outbox_.reset();
}

std::size_t StreamPeer::in_flight() const { return calls_->size(); }

std::size_t StreamPeer::owed() const { return calls_->owed(); }

void StreamPeer::take(json::Raw json) {
    const auto message = read_message(json);
    if (!message) {
        if (message.error().answered) refuse(message.error().id, message.error().error);
        return;
    }
    if (const auto* request = std::get_if<Request>(&*message)) {
        serve(*request, Reply{outbox_, Reply::Carrier::stream});
    } else if (const auto* notification = std::get_if<Notification>(&*message)) {
        notice(*notification);
    } else if (const auto* response = std::get_if<Response>(&*message)) {
        calls_->answer(*response);
    }
}

void StreamPeer::take_batch(json::Raw array) {
    if (!session_.greeted() || session_.revision() != revision_with_batches) {
        return refuse({}, invalid_request("The revision that is spoken here has no batches."));
    }
    const auto messages = read_batch(array);
    if (!messages) return refuse({}, messages.error());

    const auto batch = std::make_shared<Batch>(ReplyPath{outbox_}, requests_in(*messages), false);
    for (const auto& message : *messages) {
        if (const auto* request = std::get_if<Request>(&message)) serve(*request, Reply{batch});
        if (const auto* notification = std::get_if<Notification>(&message)) notice(*notification);
        if (const auto* response = std::get_if<Response>(&message)) calls_->answer(*response);
    }
}

void StreamPeer::serve(const Request& request, Reply reply) {
    Visit visit{visitor_, names_, executor_, calls_, std::move(reply)};
    const bool alone = Stateless::is_claimed_by(request.meta) || Stateless::is_known_only_to_it(request.method);
    if (alone) {
        dispatcher_.serve(request, nullptr, std::move(visit));
    } else {
        if (request.method == "resources/subscribe") {
            visit.subscriptions = subscriptions();
            visit.announce = announcer();
        } else if (request.method == "resources/unsubscribe") {
            visit.subscriptions = subscriptions_;
        }
        dispatcher_.serve(request, session_, std::move(visit));
    }
}

std::shared_ptr<Subscriptions> StreamPeer::subscriptions() {
    if (!subscriptions_) subscriptions_ = std::make_shared<Subscriptions>(dispatcher_.options().max_subscriptions);
    return subscriptions_;
}

/// Says what belongs to no request, while there is somebody to say it to.
bool StreamPeer::announce(std::string_view message) {
    if (!outbox_) return true;
    if (outbox_->congested()) return false;
    outbox_->send(message);
    return true;
}

Announce StreamPeer::announcer() {
    return [weak = weak_from_this()](std::string_view message) {
        const auto self = weak.lock();
        return !self || self->announce(message);
    };
}

void StreamPeer::hear_lists() {
    auto& hearers = dispatcher_.list_hearers();
    if (hearers.empty() || tell_of_lists_) return;
    // As long as somebody holds it, it holds this.
    tell_of_lists_ = [this](std::string_view message) { return announce(message); };
    hearers.add(executor_, std::shared_ptr<const Announce>{shared_from_this(), &tell_of_lists_});
}

void StreamPeer::notice(const Notification& notification) {
    if (notification.method == "notifications/initialized" && session_.greeted()) hear_lists();
    if (notification.method != "notifications/cancelled") return;
    if (const auto id = read_id(notification.params.member("requestId"))) calls_->cancel(*id);
}

void StreamPeer::refuse(const Id& id, const WireError& error) {
    if (!outbox_) return;
    const bool wants_null = session_.greeted() && session_.revision() <= Revision::june_2025;
    auto& message = message_buffer();
    write_error(message, id, error, wants_null ? UnknownId::null : UnknownId::left_out);
    outbox_->respond(message, {});
}

}  // namespace flux::mcp
