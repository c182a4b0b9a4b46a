#include "observe/log.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "observe/log_line.hpp"

namespace flux::observe {

namespace {

/// Writes whole lines: a descriptor that is full or interrupted takes the rest later.
void write_whole(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd waiting{descriptor, POLLOUT, 0};
            ::poll(&waiting, 1, 1000);
        } else if (errno != EINTR) {
            return;
        }
    }
}

/// The log's own thread is the only caller, so it needs no lock.
class DescriptorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    DescriptorSink(int descriptor, LogFormat format) : descriptor_{descriptor}, format_{format} {}

    void watch(std::weak_ptr<spdlog::details::thread_pool> pool) { pool_ = std::move(pool); }

    std::uint64_t written() const { return written_.load(); }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        tell_what_was_dropped();
        write_whole(descriptor_, {message.payload.data(), message.payload.size()});
        ++written_;
    }

    void flush_() override {}

private:
    void tell_what_was_dropped() {
        const auto pool = pool_.lock();
        const auto dropped = pool ? pool->overrun_counter() : told_;
        if (dropped == told_) return;
        const std::array fields{LogField{"events", dropped - told_}};
        told_ = dropped;
        write_whole(descriptor_, log_line(format_, system_clock().wall_now(), LogLevel::warning,
                                          "events were dropped because the log was read too slowly", fields));
    }

    const int descriptor_;
    const LogFormat format_;
    std::weak_ptr<spdlog::details::thread_pool> pool_;
    std::size_t told_ = 0;
    std::atomic<std::uint64_t> written_{0};
};

struct Running {
    LogSettings settings;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<DescriptorSink> sink;
    std::shared_ptr<spdlog::async_logger> logger;
    std::atomic<std::uint64_t> accepted{0};

    bool is_idle() const { return sink->written() + pool->overrun_counter() >= accepted.load(); }
};

std::atomic<LogLevel> lowest_level{LogLevel::off};
std::atomic<std::uint64_t> dropped_in_all{0};
std::shared_mutex running_mutex;
// Never destroyed with the other statics: a thread that still logs while the program ends must find a log.
std::unique_ptr<Running>& running() {
    static auto& instance = *new std::unique_ptr<Running>;
    return instance;
}

void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (!log::enabled(level)) return;
    const std::shared_lock lock{running_mutex};
    auto& now = running();
    if (!now) return;
    const auto line = log_line(now->settings.format, system_clock().wall_now(), level, message,
                               std::span{fields.begin(), fields.size()});
    ++now->accepted;
    now->logger->log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
}

}  // namespace

Result<LogLevel> log_level_from(std::string_view name) {
    const auto wanted = ascii_lower(trimmed(name));
    struct Row {
        std::string_view name;
        LogLevel level;
    };
    constexpr std::array rows{
        Row{"debug", LogLevel::debug},   Row{"trace", LogLevel::debug},     Row{"silly", LogLevel::debug},
        Row{"verbose", LogLevel::debug}, Row{"info", LogLevel::info},       Row{"http", LogLevel::info},
        Row{"warn", LogLevel::warning},  Row{"warning", LogLevel::warning}, Row{"error", LogLevel::error},
        Row{"off", LogLevel::off},       Row{"silent", LogLevel::off},
    };
    for (const auto& row : rows) {
        if (row.name == wanted) return row.level;
    }
    return fail(Errc::invalid_argument, "A log level is one of debug, info, warn, error and off.");
}

namespace log {

void start(const LogSettings& settings) {
    stop();
    const std::unique_lock lock{running_mutex};
    auto fresh = std::make_unique<Running>();
    fresh->settings = settings;
    fresh->pool = std::make_shared<spdlog::details::thread_pool>(settings.capacity, 1);
    fresh->sink = std::make_shared<DescriptorSink>(settings.descriptor, settings.format);
    fresh->sink->watch(fresh->pool);
    fresh->logger = std::make_shared<spdlog::async_logger>("flux-mcp", fresh->sink, fresh->pool,
                                                           spdlog::async_overflow_policy::overrun_oldest);
    running() = std::move(fresh);
    dropped_in_all = 0;
    lowest_level = settings.level;
}

void stop() {
    lowest_level = LogLevel::off;
    std::unique_ptr<Running> last;
    {
        const std::unique_lock lock{running_mutex};
        last = std::move(running());
    }
    if (!last) return;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{2};
    while (!last->is_idle() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    dropped_in_all = last->pool->overrun_counter();
    // A reader that has stopped reading would hold the join, and with it the end of the program, for ever: then the
    // thread is left to the operating system.
    static auto& abandoned = *new std::vector<std::unique_ptr<Running>>;
    if (!last->is_idle()) abandoned.push_back(std::move(last));
}

std::uint64_t dropped() {
    const std::shared_lock lock{running_mutex};
    return running() ? running()->pool->overrun_counter() : dropped_in_all.load();
}

bool enabled(LogLevel level) { return level >= lowest_level.load(std::memory_order_relaxed) && level != LogLevel::off; }

void debug(std::string_view message, std::initializer_list<LogField> fields) {
    write(LogLevel::debug, message, fields);
}
void info(std::string_view message, std::initializer_list<LogField> fields) { write(LogLevel::info, message, fields); }
void warning(std::string_view message, std::initializer_list<LogField> fields) {
    write(LogLevel::warning, message, fields);
}
void error(std::string_view message, std::initializer_list<LogField> fields) {
    write(LogLevel::error, message, fields);
}

}  // namespace log

}  // namespace flux::observe
