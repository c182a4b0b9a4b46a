#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "async/task_group.hpp"
#include "async/timer.hpp"
#include "transport/descriptor_pump.hpp"
#include "transport/local_socket.hpp"

namespace flux::transport {

namespace {

using Local = asio::local::stream_protocol;

constexpr std::size_t max_line_bytes = 16 << 20;
constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t relay_backlog = 1 << 20;
constexpr std::chrono::seconds hello_time{5};

Error gone() {
    return {Errc::unavailable, "The server has gone. Start it again, or try once more in a moment.", "server_gone", {}};
}

}  // namespace

struct LocalLink::Parts {
    explicit Parts(async::Executor executor) : socket{executor} {}

    asio::basic_stream_socket<Local, async::Executor> socket;
    std::string input;  ///< read, and not given out yet
};

LocalLink::LocalLink(async::Executor executor) : parts_{std::make_unique<Parts>(executor)} {}
LocalLink::LocalLink(LocalLink&&) noexcept = default;
LocalLink& LocalLink::operator=(LocalLink&&) noexcept = default;
LocalLink::~LocalLink() = default;

async::Task<Result<void>> LocalLink::send(std::string message) {
    message += '\n';
    const auto [failed, sent] = co_await asio::async_write(parts_->socket, asio::buffer(message), async::as_result);
    if (failed) co_return fail(gone());
    co_return Result<void>{};
}

async::Task<Result<std::string>> LocalLink::receive() {
    auto& input = parts_->input;
    std::size_t looked_at = 0;
    for (;;) {
        if (const auto end = input.find('\n', looked_at); end != std::string::npos) {
            auto message = input.substr(0, end);
            input.erase(0, end + 1);
            co_return message;
        }
        looked_at = input.size();
        if (looked_at > max_line_bytes) co_return fail(Errc::too_large, "The server sent a message without end.");
        input.resize(looked_at + read_bytes);
        const auto [failed, read] = co_await parts_->socket.async_read_some(
            asio::buffer(input.data() + looked_at, read_bytes), async::as_result);
        input.resize(looked_at + read);
        if (failed) co_return fail(gone());
    }
}

async::Task<Result<LocalLink>> attach(std::filesystem::path path, LocalRole role) {
    const auto executor = co_await asio::this_coro::executor;
    LocalLink link{executor};
    auto* const parts = link.parts_.get();
    boost::system::error_code failed;
    const auto name = path.string();
    if (name.size() <= 107) {
        // A Unix socket connects at once, or not at all.
        const Local::endpoint endpoint{name};
        parts->socket.connect(endpoint, failed);
    }
    if (failed || !parts->socket.is_open()) {
        co_return fail(Errc::not_found, "No server is running on this state folder.", "no_server");
    }

    async::Timer limit{executor, hello_time};
    limit.async_wait([parts](boost::system::error_code cancelled) {
        if (!cancelled) parts->socket.cancel();
    });
    const std::string hello =
        role == LocalRole::stdio ? R"({"flux":"attach","as":"stdio"})" : R"({"flux":"attach","as":"terminal"})";
    if (auto sent = co_await link.send(hello); !sent) co_return fail(std::move(sent.error()));
    auto reply = co_await link.receive();
    limit.cancel();
    if (!reply) co_return fail(std::move(reply.error()));

    const auto value = boost::json::parse(*reply, failed);
    const auto* object = failed ? nullptr : value.if_object();
    const auto* said = object == nullptr ? nullptr : object->if_contains("flux");
    if (said != nullptr && *said == "attached") co_return link;
    const auto* why = object == nullptr ? nullptr : object->if_contains("message");
    co_return fail(Errc::forbidden, why != nullptr && why->is_string()
                                        ? std::string{why->as_string().data(), why->as_string().size()}
                                        : "What answers there is no flux-mcp server.");
}

namespace {

async::Task<> send_all(std::shared_ptr<DescriptorPump> pump,
                       std::shared_ptr<asio::basic_stream_socket<Local, async::Executor>> socket) {
    for (;;) {
        const auto bytes = co_await pump->read();
        boost::system::error_code ignored;
        if (bytes.empty()) {
            socket->shutdown(asio::socket_base::shutdown_send, ignored);
            co_return;
        }
        const auto [failed, sent] = co_await asio::async_write(*socket, asio::buffer(bytes), async::as_result);
        if (failed) co_return;
    }
}

}  // namespace

async::Task<Result<void>> relay(LocalLink link, int input, int output) {
    const auto executor = co_await asio::this_coro::executor;
    auto pump = std::make_shared<DescriptorPump>(executor, input, output);
    pump->write(link.parts_->input);
    auto socket = std::make_shared<asio::basic_stream_socket<Local, async::Executor>>(std::move(link.parts_->socket));
    bool input_failed = false;
    async::TaskGroup sending{executor, [&input_failed](std::exception_ptr) { input_failed = true; }};
    auto task = send_all(pump, socket);
    sending.start(std::move(task));

    std::string bytes(read_bytes, '\0');
    while (!pump->broken()) {
        const auto [failed, read] = co_await socket->async_read_some(asio::buffer(bytes), async::as_result);
        if (failed) break;
        pump->write({bytes.data(), read});
        co_await pump->wait_until_sent(relay_backlog);
    }
    co_await pump->wait_until_sent(0);
    const bool server_left = sending.size() > 0;
    sending.cancel();
    co_await sending.wait();
    // The server ends only after our input has; when it goes first, that is worth an exit code.
    if (server_left && !pump->broken()) co_return fail(gone());
    co_return Result<void>{};
}

}  // namespace flux::transport
