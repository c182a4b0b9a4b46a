#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admission/visitor.hpp"
#include "json/writer.hpp"
#include "mcp/catalog.hpp"
#include "mcp/change_feed.hpp"
#include "mcp/list_hearers.hpp"
#include "mcp/listen_seats.hpp"
#include "mcp/message.hpp"
#include "mcp/resources.hpp"
#include "mcp/running_call.hpp"
#include "mcp/tasks.hpp"

namespace flux::mcp {

/// Something that can change, and how its subscribers are told.
struct Subject {
    std::string method;  ///< `notifications/resources/updated`, …
    std::string uri;     ///< of a resource; empty: something else
    std::unique_ptr<ChangeFeed> feed;
    std::function<void(json::Writer&)> describe = {};  ///< what else the notification says, as members of its params

    /// The notification; `meta` are members of its `_meta`, or empty.
    void write(std::string& out, std::string_view meta) const;
    static void write(std::string& out, std::string_view method, std::string_view uri, std::string_view meta);
};

/// Who hears of changes, and of which: for subscriptions of both kinds.
class ChangeNotices {
public:
    /// `resources` outlives this; `tasks`: nullptr where there can't be any.
    /// A principal may have `max_listens` open.
    ChangeNotices(const Catalog& catalog, const Resources& resources, std::shared_ptr<Tasks> tasks,
                  const CallRules& rules, std::size_t max_listens);

    /// Those who hear of the lists that change at all, without having asked for it one by one.
    ListHearers& list_hearers() const { return *list_hearers_; }

    /// One resource, for `visitor`. Nothing if it never changes.
    std::optional<Subject> resource(const Resources::Found& found, const admission::Visitor& visitor) const;

    /// `subscriptions/listen`: one request that hears of changes until its client, or the server, has had enough.
    std::shared_ptr<RunningCall> listen(const Request& request, CallSite site) const;

    /// Ends every `subscriptions/listen` with its result, and the following of lists.
    void end();

    std::chrono::milliseconds pause() const { return rules_.progress_interval; }

private:
    struct List {
        std::string wish;    ///< how `subscriptions/listen` asks for it: `toolsListChanged`
        std::string method;  ///< of the notification
        std::shared_ptr<async::Changes> changes;
    };

    std::vector<List> lists_;
    const Resources& resources_;
    const std::shared_ptr<Tasks> tasks_;
    CallRules rules_;
    std::unique_ptr<ListHearers> list_hearers_;
    const std::shared_ptr<ListenSeats> seats_;
    std::shared_ptr<async::Changes> ending_ = std::make_shared<async::Changes>();
};

}  // namespace flux::mcp
