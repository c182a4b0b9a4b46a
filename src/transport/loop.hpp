#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "async/task_group.hpp"
#include "async/timer.hpp"
#include "base/clock.hpp"
#include "transport/http_limits.hpp"
#include "transport/http_request.hpp"
#include "transport/input_window.hpp"
#include "transport/readiness.hpp"

namespace flux::transport {

class Connection;

/// What the connections of one loop thread share: the one buffer that all of them read into, those that answers are
/// gathered in, the coarse clock that looks at their deadlines, and the group that their tasks live in.
///
/// Belongs to its executor's thread.
class Loop {
public:
    Loop(async::Executor executor, const HttpLimits& limits);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    async::Executor executor() const { return executor_; }
    const HttpLimits& limits() const { return limits_; }
    async::TaskGroup& tasks() { return tasks_; }
    Readiness& readiness() { return *readiness_; }

    InputWindow& window() { return window_; }
    RequestHead& head() { return head_; }

    /// An empty output buffer with its capacity, lent to a connection that is being served. Give it back when it is
    /// empty.
    std::string take_output();
    void give_output(std::string buffer);

    /// Monotonic time of the last tick: good enough for deadlines of seconds, and free.
    SteadyTime now() const { return now_; }

    /// Serves a connection until it ends.
    void serve(std::shared_ptr<Connection> connection);

    std::size_t connections() const { return connections_; }
    bool draining() const { return draining_; }
    /// Whether nobody is left whom a drain waits for.
    bool drained() const;

    /// Starts the ticking.
    void start();

    /// Tells every connection to end when it has nothing in flight, now and those to come.
    void drain();

    /// Closes every connection at once and ends the ticking.
    void cut();

private:
    friend class Connection;
    void add(Connection& connection);
    void remove(Connection& connection);
    template <class Visit>
    void each(Visit visit);
    void tick_later();
    void tick();
    static void report(std::exception_ptr thrown);

    async::Executor executor_;
    HttpLimits limits_;
    async::TaskGroup tasks_;
    std::shared_ptr<Readiness> readiness_;
    async::Timer ticker_;
    InputWindow window_;
    std::vector<std::string> outputs_;  ///< empty, with their capacity
    std::size_t output_bytes_ = 0;      ///< their capacities together
    RequestHead head_;
    SteadyTime now_;
    Connection* first_ = nullptr;
    std::size_t connections_ = 0;
    bool draining_ = false;
    bool over_ = false;
};

}  // namespace flux::transport
