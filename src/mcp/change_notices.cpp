#include "mcp/change_notices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "json/writer.hpp"
#include "mcp/codec.hpp"
#include "mcp/subscription.hpp"

namespace flux::mcp {

namespace {

constexpr std::string_view updated = "notifications/resources/updated";
constexpr std::size_t most_wishes = 256;  // of a kind

/// What a `subscriptions/listen` gets: what it hears of, and what it is told about that first.
struct Listening {
    std::vector<std::shared_ptr<Subject>> subjects;
    std::string acknowledged;  ///< the notification
    std::string meta;
    std::string cancelled;  ///< the notification that ends it where its channel goes on
    std::shared_ptr<const void> seat;
};

/// Stops what was started, in whatever way its listener ends.
struct Followed {
    ~Followed() {
        for (const auto& subscription : subscriptions) subscription->stop();
    }
    std::vector<std::shared_ptr<Subscription>> subscriptions;
};

std::string subscription_meta(const Id& id) { return R"("io.modelcontextprotocol/subscriptionId":)" + id.json; }

async::Task<Answered> hear(std::shared_ptr<const Listening> listening, std::chrono::milliseconds pause,
                           std::shared_ptr<async::Changes> ending, std::uint64_t before,
                           std::shared_ptr<RunningCall> call) {
    call->notify(listening->acknowledged);
    Followed followed;
    for (const auto& subject : listening->subjects) {
        auto tell = [subject, listening, weak = std::weak_ptr{call}] {
            const auto listener = weak.lock();
            if (!listener || listener->is_over()) return true;
            if (listener->congested()) return false;
            auto& message = message_buffer();
            subject->write(message, listening->meta);
            listener->notify(message);
            return true;
        };
        followed.subscriptions.push_back(
            Subscription::start(call->executor(), std::move(subject->feed), std::move(tell), pause));
    }
    auto end = ending->wait_beyond(before, std::chrono::steady_clock::time_point::max());
    co_await std::move(end);
    Answer answer;
    answer.meta = listening->meta;
    answer.afterwards = listening->cancelled;
    co_return answer;
}

/// The texts in the list `member` of a filter.
tl::expected<std::vector<std::string>, WireError> wished(json::Raw filter, std::string_view member) {
    std::vector<std::string> names;
    const auto list = filter.member(member);
    const auto misshapen = [&] { return invalid_params(fmt::format("`{}` has to be a list of texts.", member)); };
    if (!list.absent() && !list.is(json::Kind::array)) return tl::unexpected{misshapen()};
    for (json::Elements element{list}; element.next();) {
        auto name = element.value().string();
        if (!name) return tl::unexpected{misshapen()};
        if (names.size() == most_wishes) {
            return tl::unexpected{invalid_params(fmt::format("`{}` holds more than {}.", member, most_wishes))};
        }
        // Asked for twice is told of once.
        if (std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*std::move(name));
    }
    return names;
}

}  // namespace

void Subject::write(std::string& out, std::string_view meta) const {
    if (!describe) return write(out, method, uri, meta);
    json::Writer writer{out};
    writer.object().key("jsonrpc").string("2.0").key("method").string(method).key("params").object();
    describe(writer);
    if (!meta.empty()) writer.key("_meta").object().raw(meta).end_object();
    writer.end_object().end_object();
}

void Subject::write(std::string& out, std::string_view method, std::string_view uri, std::string_view meta) {
    json::Writer writer{out};
    writer.object().key("jsonrpc").string("2.0").key("method").string(method);
    if (!uri.empty() || !meta.empty()) {
        writer.key("params").object();
        if (!uri.empty()) writer.key("uri").string(uri);
        if (!meta.empty()) writer.key("_meta").object().raw(meta).end_object();
        writer.end_object();
    }
    writer.end_object();
}

ChangeNotices::ChangeNotices(const Catalog& catalog, const Resources& resources, std::shared_ptr<Tasks> tasks,
                             const CallRules& rules, std::size_t max_listens)
    : resources_{resources},
      tasks_{std::move(tasks)},
      rules_{rules},
      seats_{std::make_shared<ListenSeats>(max_listens)} {
    lists_ = {{"toolsListChanged", "notifications/tools/list_changed", catalog.tools_changed},
              {"promptsListChanged", "notifications/prompts/list_changed", catalog.prompts_changed},
              {"resourcesListChanged", "notifications/resources/list_changed", catalog.resources_changed}};
    std::vector<ListHearers::List> heard;
    for (const auto& list : lists_) {
        if (!list.changes) continue;
        std::string message;
        Subject::write(message, list.method, {}, {});
        heard.push_back({std::move(message), list.changes});
    }
    list_hearers_ = std::make_unique<ListHearers>(std::move(heard), pause());
    // Whoever listens does so until it has had enough.
    rules_.limit = std::chrono::hours{24 * 365};
    rules_.listening = true;
}

std::optional<Subject> ChangeNotices::resource(const Resources::Found& found, const admission::Visitor& visitor) const {
    if (!found.resource->watch) return {};
    auto feed = found.resource->watch(found.address, visitor);
    if (!feed) return {};
    return Subject{std::string{updated}, found.address.uri, std::move(feed)};
}

std::shared_ptr<RunningCall> ChangeNotices::listen(const Request& request, CallSite site) const {
    const auto filter = request.params.member("notifications");
    const auto refuse = [&](const WireError& error) {
        site.reply.fail(request.id, error);
        return nullptr;
    };
    if (!filter.is(json::Kind::object)) return refuse(invalid_params("`params.notifications` has to be an object."));
    const auto uris = wished(filter, "resourceSubscriptions");
    if (!uris) return refuse(uris.error());
    const auto task_ids = wished(filter, "taskIds");
    if (!task_ids) return refuse(task_ids.error());
    if (!filter.member("taskIds").absent() && !site.scope.client.tasks) return refuse(tasks_not_declared(site.scope));

    if (!site.reply.takes_messages()) return refuse(stream_needed("Changes are told on an event stream."));

    const auto listening = std::make_shared<Listening>();
    listening->seat = seats_->take(site.visitor.principal);
    if (!listening->seat) {
        return refuse(wire_error({Errc::unavailable,
                                  fmt::format("{} `subscriptions/listen` are open for you, which is the most. End one "
                                              "of them, or ask for more in one.",
                                              seats_->most()),
                                  "too_many_subscriptions"}));
    }
    listening->meta = subscription_meta(request.id);
    std::string honoured;
    json::Writer writer{honoured};
    writer.object().key("notifications").object();
    for (const auto& list : lists_) {
        if (!list.changes || filter.member(list.wish).text() != "true") continue;
        writer.key(list.wish).boolean(true);
        listening->subjects.push_back(std::make_shared<Subject>(Subject{list.method, {}, feed_of(list.changes)}));
    }
    if (!uris->empty()) {
        writer.key("resourceSubscriptions").array();
        for (const auto& uri : *uris) {
            const auto found = resources_.find(uri);
            if (!found) continue;
            writer.string(uri);
            if (auto subject = resource(*found, site.visitor)) {
                listening->subjects.push_back(std::make_shared<Subject>(std::move(*subject)));
            }
        }
        writer.end_array();
    }
    if (!task_ids->empty()) {
        writer.key("taskIds").array();
        for (const auto& id : *task_ids) {
            const auto record = tasks_ ? tasks_->find(id, site, rules_) : nullptr;
            if (!record) continue;
            writer.string(id);
            auto describe = [record](json::Writer& params) { record->write_all(params); };
            Subject subject{"notifications/tasks", {}, TaskRecord::feed(record), std::move(describe)};
            listening->subjects.push_back(std::make_shared<Subject>(std::move(subject)));
        }
        writer.end_array();
    }
    writer.end_object().key("_meta").object().raw(listening->meta).end_object().end_object();
    write_notification(listening->acknowledged, "notifications/subscriptions/acknowledged", honoured);
    // The specification's prose asks for the result and, on a channel that others share, for this as well.
    write_notification(listening->cancelled, "notifications/cancelled",
                       fmt::format(R"({{"requestId":{},"reason":"The server is shutting down."}})", request.id.json));

    auto make = [listening, pause = pause(), ending = ending_, before = ending_->version()](
                    std::shared_ptr<RunningCall> call) { return hear(listening, pause, ending, before, call); };
    return start_call(request, request.method, std::move(site), rules_, std::move(make));
}

void ChangeNotices::end() {
    ending_->bump();
    list_hearers_->end();
}

}  // namespace flux::mcp
