// Puts load on an MCP server on this machine and prints one JSON object: what came of it, and what it cost the server.
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <thread>

#include "client.hpp"
#include "latencies.hpp"
#include "options.hpp"
#include "process.hpp"

namespace flux::bench {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

double seconds(steady_clock::duration time) { return duration<double>(time).count(); }

double microseconds_each(std::chrono::nanoseconds time, std::uint64_t operations) {
    return operations == 0 ? 0 : duration<double, std::micro>(time).count() / static_cast<double>(operations);
}

/// Processor time of the server since this was made; nothing where it isn't known.
class Meter {
public:
    explicit Meter(int process) : process_{process}, begin_{read()} {}
    std::chrono::nanoseconds used() const { return read() - begin_; }

private:
    std::chrono::nanoseconds read() const {
        return process_ == 0 ? std::chrono::nanoseconds{0} : processor_time_of(process_);
    }

    int process_;
    std::chrono::nanoseconds begin_;
};

void rate(const Options& options) {
    Client client{options};
    client.open_all(false);
    Latencies ignored;
    client.run_for(options.warmup, ignored);
    Latencies latencies;
    const Meter server{options.server};
    const Meter self{::getpid()};
    const auto begin = steady_clock::now();
    client.run_for(options.time, latencies);
    const auto took = seconds(steady_clock::now() - begin);
    const auto used = server.used();
    std::printf(
        "{\"per_second\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"server_us\":%.3f,\"server_share\":%."
        "3f,"
        "\"client_share\":%.3f}\n",
        static_cast<double>(latencies.count()) / took, latencies.microseconds_at(0.5), latencies.microseconds_at(0.99),
        latencies.microseconds_at(0.999), microseconds_each(used, latencies.count()), seconds(used) / took,
        seconds(self.used()) / took);
}

void idle(const Options& options) {
    const auto before = options.server == 0 ? 0 : resident_bytes_of(options.server);
    Client client{options};
    client.open_all(true);
    std::this_thread::sleep_for(std::chrono::seconds{1});
    const auto after = options.server == 0 ? 0 : resident_bytes_of(options.server);
    const Meter server{options.server};
    std::this_thread::sleep_for(options.time);
    std::printf("{\"before_kib\":%ld,\"after_kib\":%ld,\"bytes_each\":%.0f,\"server_share\":%.4f}\n", before / 1024,
                after / 1024, static_cast<double>(after - before) / options.connections,
                seconds(server.used()) / seconds(options.time));
}

void connect(const Options& options) {
    const auto warm = [&] {
        Client client{options};
        client.open_and_reset_for(options.warmup);
    };
    warm();
    Client client{options};
    const Meter server{options.server};
    const auto begin = steady_clock::now();
    const auto opened = client.open_and_reset_for(options.time);
    const auto took = seconds(steady_clock::now() - begin);
    std::printf("{\"per_second\":%.0f,\"server_us\":%.2f}\n", static_cast<double>(opened) / took,
                microseconds_each(server.used(), opened));
}

}  // namespace
}  // namespace flux::bench

int main(int count, char** arguments) {
    using namespace flux::bench;
    const auto options = read_options(count, arguments);
    try {
        switch (options.mode) {
        case Mode::rate: rate(options); break;
        case Mode::idle: idle(options); break;
        case Mode::connect: connect(options); break;
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "load: %s\n", error.what());
        return 1;
    }
    return 0;
}
