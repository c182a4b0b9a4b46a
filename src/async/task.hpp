#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace flux {

namespace asio = boost::asio;

}  // namespace flux

namespace flux::async {

/// The concrete executor of the house: one `io_context` a thread. `any_io_executor` costs an allocation and an indirect
/// call each time, so nothing uses it.
using Executor = asio::io_context::executor_type;

/// Work that may wait. Whoever waits returns one.
///
/// g++ 12 destroys some temporaries of a `co_await` expression twice: never make a capturing lambda or a braced
/// aggregate inside it, name it first (docs/decisions/0001-machine-room.md).
template <class T = void>
using Task = asio::awaitable<T, Executor>;

/// Completion token: awaits, and gives the error code as the first element of a tuple instead of throwing it.
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable_t<Executor>{});

/// Completion token: awaits, and throws on failure.
inline constexpr asio::use_awaitable_t<Executor> awaiting{};

}  // namespace flux::async
