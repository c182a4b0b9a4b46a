#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "async/changes.hpp"
#include "async/task.hpp"

namespace flux::mcp {

/// Hands a connection or session what belongs to none of its requests; false if it reads too slowly just now.
using Announce = std::function<bool(std::string_view message)>;

/// Everybody who is told when a list has changed. That is every connection, and it happens hardly ever: so a list is
/// followed once on each executor, and a connection costs an entry instead of tasks that wait.
///
/// Thread-safe. What is told is told on the hearer's executor.
class ListHearers {
public:
    struct List {
        std::string message;  ///< what is said when it has changed
        std::shared_ptr<async::Changes> changes;
    };

    /// Who reads too slowly is told again after `pause`; what changes many times within it is told once.
    ListHearers(std::vector<List> lists, std::chrono::milliseconds pause);
    ListHearers(const ListHearers&) = delete;
    ListHearers& operator=(const ListHearers&) = delete;
    ~ListHearers();

    bool empty() const { return lists_.empty(); }

    /// Tells `announce` of every change from now on, for as long as it is there. Called on `executor`.
    void add(async::Executor executor, std::weak_ptr<const Announce> announce);

    /// Tells nobody any more: what follows the lists is stopped, which would keep the executors waiting for changes.
    void end();

private:
    class OnExecutor;

    const std::vector<List> lists_;
    const std::chrono::milliseconds pause_;
    std::mutex mutex_;  ///< for the next two
    bool over_ = false;
    std::unordered_map<const void*, std::shared_ptr<OnExecutor>> by_loop_;
};

}  // namespace flux::mcp
