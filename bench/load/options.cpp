#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace flux::bench {

namespace {

constexpr std::string_view usage =
    "load --url ws://127.0.0.1:PORT/mcp|http://127.0.0.1:PORT/mcp [--mode rate|idle|connect]\n"
    "     [--era handshake|bare|modern] [--method NAME] [--token TOKEN] [--connections N] [--depth N]\n"
    "     [--warmup MS] [--time MS] [--server PID]\n";

[[noreturn]] void give_up(std::string_view what) {
    std::fprintf(stderr, "load: %.*s\n%.*s", static_cast<int>(what.size()), what.data(), static_cast<int>(usage.size()),
                 usage.data());
    std::exit(2);
}

int number(const std::string& text, int least) {
    try {
        std::size_t used = 0;
        const int value = std::stoi(text, &used);
        if (used == text.size() && value >= least) return value;
    } catch (const std::exception&) {
    }
    give_up(text + " is not a number from " + std::to_string(least));
}

void read_url(const std::string& url, Options& options) {
    const auto rest_of = [&](std::string_view scheme) -> std::string {
        return url.starts_with(scheme) && url.ends_with("/mcp")
                   ? url.substr(scheme.size(), url.size() - scheme.size() - 4)
                   : std::string{};
    };
    // Loopback only: this is no tool to be pointed at somebody.
    auto port = rest_of("ws://127.0.0.1:");
    if (port.empty()) {
        port = rest_of("http://127.0.0.1:");
        options.transport = Transport::http;
    }
    if (port.empty()) give_up(url + " is no URL of /mcp on 127.0.0.1");
    options.port = static_cast<std::uint16_t>(number(port, 1));
}

}  // namespace

Options read_options(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; i += 2) {
        const std::string name = arguments[i];
        if (i + 1 == count) give_up(name + " needs a value");
        const std::string value = arguments[i + 1];
        if (name == "--url") {
            read_url(value, options);
        } else if (name == "--mode" && (value == "rate" || value == "idle" || value == "connect")) {
            options.mode = value == "rate" ? Mode::rate : value == "idle" ? Mode::idle : Mode::connect;
        } else if (name == "--era" && (value == "handshake" || value == "bare" || value == "modern")) {
            options.era = value == "handshake" ? Era::handshake : value == "bare" ? Era::bare : Era::modern;
        } else if (name == "--method") {
            options.method = value;
        } else if (name == "--token") {
            options.token = value;
        } else if (name == "--connections") {
            options.connections = number(value, 1);
        } else if (name == "--depth") {
            options.depth = number(value, 1);
        } else if (name == "--warmup") {
            options.warmup = std::chrono::milliseconds{number(value, 0)};
        } else if (name == "--time") {
            options.time = std::chrono::milliseconds{number(value, 1)};
        } else if (name == "--server") {
            options.server = number(value, 0);
        } else {
            give_up(name + " " + value + " is not understood");
        }
    }
    if (options.port == 0) give_up("--url is missing");
    return options;
}

}  // namespace flux::bench
