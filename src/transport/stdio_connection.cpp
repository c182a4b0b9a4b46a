#include "transport/stdio_connection.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <string>
#include <utility>

#include "async/timer.hpp"
#include "transport/descriptor_pump.hpp"
#include "transport/line_reader.hpp"
#include "transport/message_line.hpp"
#include "transport/stream_outbox.hpp"

namespace flux::transport {

namespace {

constexpr std::size_t congestion_bytes = 256 * 1024;

/// The stream of the protocol over a pump. Closes it when it goes, in whatever way the task ends.
class StdioSession final : private MessageSink {
public:
    StdioSession(async::Executor executor, const StdioOptions& options)
        : pump_{executor, options.input, options.output},
          limit_{options.outbound_bytes},
          answered_{executor, async::Timer::time_point::max()} {}

    ~StdioSession() override {
        if (stream_) stream_->close();
        if (outbox_) outbox_->detach();
    }

    void open(mcp::Server& server, admission::Visitor visitor, mcp::NameStyle names, async::Executor executor) {
        MessageSink& sink = *this;
        outbox_ = std::make_shared<StreamOutbox>(sink);
        stream_ = server.open({std::move(visitor), false, names}, executor, outbox_);
    }

    DescriptorPump& pump() { return pump_; }
    bool given_up() const { return given_up_ || pump_.broken(); }
    std::size_t owed() const { return stream_->owed(); }
    std::size_t in_flight() const { return stream_->in_flight(); }

    /// As much of the bytes as the client keeps up with reading answers to.
    void take(std::string_view& bytes, LineReader& lines) {
        while (!bytes.empty() && !given_up() && !is_behind()) {
            std::size_t used = 0;
            const auto event = lines.next(bytes, used);
            bytes.remove_prefix(used);
            if (event.kind == LineReader::Kind::line) stream_->receive(event.text);
            if (event.kind == LineReader::Kind::too_long) write_message(too_long_error());
        }
    }

    /// Ends at the next answer, or at `deadline`.
    async::Task<> wait_for_answer(async::Timer::time_point deadline) {
        answered_.expires_at(deadline);
        co_await answered_.async_wait(async::as_result);
    }

private:
    void write_message(std::string_view message) override {
        if (given_up()) return;
        if (pump_.unsent() > limit_) {
            given_up_ = true;
            answered_.cancel();
            return;
        }
        std::string line;
        append_message_line(line, message);
        pump_.write(line);
    }

    void answered(bool) override { answered_.cancel(); }
    bool is_behind() const override { return pump_.unsent() > congestion_bytes; }

    DescriptorPump pump_;
    std::size_t limit_;
    bool given_up_ = false;
    async::Timer answered_;
    std::shared_ptr<StreamOutbox> outbox_;
    std::shared_ptr<mcp::Stream> stream_;
};

}  // namespace

async::Task<> serve_stdio(mcp::Server& server, admission::Visitor visitor, StdioOptions options) {
    const auto executor = co_await asio::this_coro::executor;
    StdioSession session{executor, options};
    session.open(server, std::move(visitor), options.name_style, executor);

    LineReader lines{options.message_bytes};
    bool stopped = false;
    try {
        while (!session.given_up()) {
            const auto bytes = co_await session.pump().read();
            // The last line counts without its line feed too.
            std::string_view left{bytes};
            if (bytes.empty()) left = "\n";
            while (!left.empty() && !session.given_up()) {
                session.take(left, lines);
                // A client that doesn't read isn't read from.
                co_await session.pump().wait_until_sent(congestion_bytes);
            }
            if (bytes.empty()) break;
        }
    } catch (const boost::system::system_error& error) {
        if (error.code() != asio::error::operation_aborted) throw;
        stopped = true;
    }
    // What is waited for from here on has an end of its own.
    if (stopped) {
        const asio::disable_cancellation none;
        co_await asio::this_coro::reset_cancellation_state(none);
    }

    const auto waited_for = [&] { return stopped ? session.in_flight() : session.owed(); };
    const auto deadline = std::chrono::steady_clock::now() + (stopped ? options.stop_time : options.finish_time);
    while (!session.given_up() && (waited_for() > 0 || session.pump().unsent() > 0) &&
           std::chrono::steady_clock::now() < deadline) {
        // An answer is written before its request stops counting: look again a moment later.
        const auto moment = std::chrono::steady_clock::now() + std::chrono::milliseconds{20};
        co_await session.wait_for_answer(std::min(deadline, moment));
    }
}

}  // namespace flux::transport
