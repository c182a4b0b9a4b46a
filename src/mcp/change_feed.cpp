#include "mcp/change_feed.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

namespace flux::mcp {

namespace {

class CountedChanges final : public ChangeFeed {
public:
    explicit CountedChanges(std::shared_ptr<async::Changes> changes)
        : changes_{std::move(changes)}, seen_{changes_->version()} {}

    async::Task<bool> next() override {
        constexpr auto never = std::chrono::steady_clock::time_point::max();
        bool changed = false;
        while (!changed) changed = co_await changes_->wait_beyond(seen_, never);
        // Whatever was counted meanwhile is one change to whoever looks only now.
        seen_ = changes_->version();
        co_return true;
    }

private:
    std::shared_ptr<async::Changes> changes_;
    std::uint64_t seen_;
};

}  // namespace

std::unique_ptr<ChangeFeed> feed_of(std::shared_ptr<async::Changes> changes) {
    return std::make_unique<CountedChanges>(std::move(changes));
}

}  // namespace flux::mcp
