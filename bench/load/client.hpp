#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "latencies.hpp"
#include "options.hpp"
#include "wire.hpp"

namespace flux::bench {

/// All connections to one server, on one thread: each keeps `depth` requests in flight, and sends the next ones when
/// answers have come, as many in one write as have come in one read. Any answer that isn't the right one is an
/// exception: there are no errors to be counted, only runs that are worth nothing.
class Client {
public:
    explicit Client(const Options& options);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    /// Opens all connections, each as far as its first request may be sent; with `touch`, until one was answered.
    void open_all(bool touch);

    /// Keeps all of them busy for `time`; `latencies` hears of each answer.
    void run_for(std::chrono::milliseconds time, Latencies& latencies);

    /// Opens and resets connections for `time`, each after its first answer, `connections` at a time; how many it were.
    std::uint64_t open_and_reset_for(std::chrono::milliseconds time);

private:
    enum class Stage { connecting, upgrading, initializing, noting, ready };

    struct Connection {
        int socket = -1;
        Stage stage = Stage::connecting;
        Requests::Call call;
        unsigned next_id = 10'000'000;
        std::deque<std::chrono::steady_clock::time_point> sent;  ///< of the requests in flight, oldest first
        std::string input;
        std::string output;
        std::uint64_t answered = 0;
    };

    void open(Connection& connection);
    void reset(Connection& connection);
    void poll(int limit_ms);
    void connected(Connection& connection);
    void receive(Connection& connection);
    void take(Connection& connection, const Answer& answer);
    void became_ready(Connection& connection, std::string_view session);
    void ask(Connection& connection, int requests);
    void send(Connection& connection, std::string_view bytes);
    void flush(Connection& connection);

    const Options& options_;
    Requests requests_;
    int epoll_;
    std::vector<Connection> connections_;
    std::size_t ready_ = 0;
    bool busy_ = false;  ///< each answer is followed by a request
    Latencies* latencies_ = nullptr;
};

}  // namespace flux::bench
