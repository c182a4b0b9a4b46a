// The floor on Asio: one thread, a coroutine for each connection, one buffer that all of them read into. It is what a
// server on Asio can come down to, where the floor on epoll is what the kernel can.
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "codec.hpp"

namespace {

namespace asio = boost::asio;
using flux::bench::Codec;
using Executor = asio::io_context::executor_type;
using Task = asio::awaitable<void, Executor>;
using Tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable_t<Executor>{});
constexpr std::size_t window_bytes = 256 * 1024;

std::array<char, window_bytes + Codec::padding> window;
std::string output;

Task serve(Socket socket) {
    Codec codec;
    std::string kept;
    for (;;) {
        if (const auto [failed] = co_await socket.async_wait(Socket::wait_read, as_result); failed) co_return;
        std::memcpy(window.data(), kept.data(), kept.size());
        boost::system::error_code failed;
        const auto got =
            socket.read_some(asio::buffer(window.data() + kept.size(), window_bytes - kept.size()), failed);
        if (failed == asio::error::would_block) continue;
        if (failed) co_return;
        const auto size = kept.size() + got;
        const auto taken = codec.take(window.data(), size, window_bytes - size + Codec::padding, output);
        if (taken < size) {
            kept.assign(window.data() + taken, size - taken);
        } else if (!kept.empty()) {
            kept = {};
        }
        auto sent = socket.write_some(asio::buffer(output), failed);
        if (failed && failed != asio::error::would_block) co_return;
        if (sent == output.size()) {
            output.clear();
            continue;
        }
        // The output is everybody's: what doesn't fit at once waits here.
        std::string rest{std::string_view{output}.substr(sent)};
        output.clear();
        while (!rest.empty()) {
            if (const auto [closed] = co_await socket.async_wait(Socket::wait_write, as_result); closed) co_return;
            sent = socket.write_some(asio::buffer(rest), failed);
            if (failed && failed != asio::error::would_block) co_return;
            rest.erase(0, sent);
        }
    }
}

Task accept_all(Acceptor acceptor) {
    for (;;) {
        auto [failed, socket] = co_await acceptor.async_accept(as_result);
        if (failed) continue;
        socket.set_option(Tcp::no_delay{true});
        socket.non_blocking(true);
        asio::co_spawn(socket.get_executor(), serve(std::move(socket)), asio::detached);
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("floor_asio PORT\n", stderr);
        return 2;
    }
    try {
        asio::io_context context{1};
        const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
        Acceptor acceptor{context.get_executor(), Tcp::endpoint{asio::ip::address_v4::loopback(), port}};
        acceptor.listen(4096);
        asio::co_spawn(context.get_executor(), accept_all(std::move(acceptor)), asio::detached);
        context.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "floor_asio: %s\n", error.what());
        return 1;
    }
    return 0;
}
