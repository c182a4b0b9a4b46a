#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "async/task.hpp"

namespace flux {

/// Runs one task to its end on an executor of its own and gives what it returned; rethrows what it threw.
template <class T>
T run(async::Task<T> task) {
    asio::io_context context{1};
    std::optional<T> value;
    std::exception_ptr thrown;
    asio::co_spawn(context.get_executor(), std::move(task), [&](std::exception_ptr e, T result) {
        thrown = e;
        if (!e) value.emplace(std::move(result));
    });
    context.run();
    if (thrown) std::rethrow_exception(thrown);
    if (!value) throw std::logic_error{"the task never ended"};
    return std::move(*value);
}

inline void run(async::Task<> task) {
    asio::io_context context{1};
    std::exception_ptr thrown;
    bool ended = false;
    asio::co_spawn(context.get_executor(), std::move(task), [&](std::exception_ptr e) {
        thrown = e;
        ended = true;
    });
    context.run();
    if (thrown) std::rethrow_exception(thrown);
    if (!ended) throw std::logic_error{"the task never ended"};
}

}  // namespace flux
