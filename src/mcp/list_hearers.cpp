#include "mcp/list_hearers.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "mcp/change_feed.hpp"
#include "mcp/subscription.hpp"

namespace flux::mcp {

/// The hearers of one executor. Its own thread alone adds and tells, but the last pointer to a hearer may go on any,
/// and the end may come from any.
class ListHearers::OnExecutor : public std::enable_shared_from_this<OnExecutor> {
public:
    explicit OnExecutor(std::size_t lists) : followed_(lists), left_(lists) {}

    ~OnExecutor() {
        for (const auto& weak : followed_) {
            if (const auto subscription = weak.lock()) subscription->abandon();
        }
    }

    void follow(async::Executor executor, const std::vector<List>& lists, std::chrono::milliseconds pause) {
        const std::lock_guard lock{mutex_};
        if (over_) return;
        for (std::size_t i = 0; i < lists.size(); ++i) {
            // An executor takes its tasks along when it goes, and another may have come in its place.
            if (!followed_[i].expired()) continue;
            auto tell = [weak = weak_from_this(), i, message = lists[i].message] {
                const auto self = weak.lock();
                return !self || self->tell(i, message);
            };
            followed_[i] = Subscription::start(executor, feed_of(lists[i].changes), std::move(tell), pause);
        }
    }

    void end() {
        const std::lock_guard lock{mutex_};
        over_ = true;
        for (const auto& weak : followed_) {
            // While it is there, so is its executor, which holds it.
            if (const auto subscription = weak.lock()) subscription->stop();
        }
    }

    void add(std::weak_ptr<const Announce> announce) {
        if (hearers_.size() >= look_again_at_) {
            std::erase_if(hearers_, [](const auto& hearer) { return hearer.expired(); });
            look_again_at_ = std::max(least_, hearers_.size() * 2);
        }
        hearers_.push_back(std::move(announce));
    }

private:
    using Hearers = std::vector<std::weak_ptr<const Announce>>;

    /// False while some of them could not be told yet.
    bool tell(std::size_t list, const std::string& message) {
        auto& left = left_[list];
        if (!left) left = hearers_;
        std::erase_if(*left, [&](const auto& weak) {
            const auto announce = weak.lock();
            return !announce || (*announce)(message);
        });
        if (!left->empty()) return false;
        left.reset();
        return true;
    }

    static constexpr std::size_t least_ = 64;
    std::mutex mutex_;  ///< for the next two
    bool over_ = false;
    std::vector<std::weak_ptr<Subscription>> followed_;  ///< by list
    std::vector<std::optional<Hearers>> left_;           ///< by list: who has still to be told of its last change
    Hearers hearers_;
    std::size_t look_again_at_ = least_;
};

ListHearers::ListHearers(std::vector<List> lists, std::chrono::milliseconds pause)
    : lists_{std::move(lists)}, pause_{pause} {}

ListHearers::~ListHearers() = default;

void ListHearers::add(async::Executor executor, std::weak_ptr<const Announce> announce) {
    std::shared_ptr<OnExecutor> those;
    {
        const std::lock_guard lock{mutex_};
        if (over_) return;
        auto& known = by_loop_[&executor.context()];
        if (!known) known = std::make_shared<OnExecutor>(lists_.size());
        those = known;
    }
    those->follow(executor, lists_, pause_);
    those->add(std::move(announce));
}

void ListHearers::end() {
    std::vector<std::shared_ptr<OnExecutor>> all;
    {
        const std::lock_guard lock{mutex_};
        over_ = true;
        for (const auto& [context, those] : by_loop_) all.push_back(those);
    }
    for (const auto& those : all) those->end();
}

}  // namespace flux::mcp
