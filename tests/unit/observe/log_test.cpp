#include "observe/log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "base/file_descriptor.hpp"

namespace flux::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe2"};
        reader = FileDescriptor{ends[0]};
        writer = FileDescriptor{ends[1]};
    }

    /// Everything that was written, once all writers are gone.
    std::string read_all() {
        writer.close();
        std::string all;
        std::array<char, 4096> piece{};
        for (;;) {
            const auto got = ::read(reader.get(), piece.data(), piece.size());
            if (got <= 0) return all;
            all.append(piece.data(), static_cast<std::size_t>(got));
        }
    }

    FileDescriptor reader;
    FileDescriptor writer;
};

TEST(Log, WritesEventsOfItsLevelAndAbove) {
    Pipe pipe;
    log::start({.level = LogLevel::info, .format = LogFormat::json, .descriptor = pipe.writer.get()});

    log::debug("too quiet");
    log::info("heard", {{"run_id", 7}});
    log::error("loud");
    log::stop();
    const auto text = pipe.read_all();

    EXPECT_THAT(text, Not(HasSubstr("too quiet")));
    EXPECT_THAT(text, HasSubstr("\"message\":\"heard\",\"run_id\":7}\n"));
    EXPECT_THAT(text, HasSubstr("\"level\":\"error\",\"message\":\"loud\"}\n"));
}

TEST(Log, GoesNowhereBeforeStartAndAfterStop) {
    log::stop();
    log::info("nobody hears this");
    EXPECT_FALSE(log::enabled(LogLevel::error));
}

TEST(Log, KeepsLinesOfManyThreadsApart) {
    Pipe pipe;
    std::string text;
    std::thread drain;
    {
        log::start({.level = LogLevel::info, .format = LogFormat::json, .descriptor = pipe.writer.get()});
        drain = std::thread{[&] {
            std::array<char, 4096> piece{};
            for (;;) {
                const auto got = ::read(pipe.reader.get(), piece.data(), piece.size());
                if (got <= 0) return;
                text.append(piece.data(), static_cast<std::size_t>(got));
            }
        }};
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([] {
                for (int n = 0; n < 500; ++n) log::info("event", {{"n", n}, {"text", "a\nb"}});
            });
        }
        for (auto& thread : threads) thread.join();
        log::stop();
        pipe.writer.close();
    }
    drain.join();

    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2000);
}

TEST(Log, DropsTheOldestAndCountsThemInsteadOfWaitingForASlowReader) {
    Pipe pipe;
    log::start({.level = LogLevel::info, .format = LogFormat::json, .descriptor = pipe.writer.get(), .capacity = 16});
    const std::string wide(4000, 'x');

    for (int i = 0; i < 200; ++i) log::info("event", {{"n", i}, {"wide", wide}});
    EXPECT_GT(log::dropped(), 0U);

    std::string text;
    std::thread drain{[&] {
        std::array<char, 65536> piece{};
        for (;;) {
            const auto got = ::read(pipe.reader.get(), piece.data(), piece.size());
            if (got <= 0) return;
            text.append(piece.data(), static_cast<std::size_t>(got));
        }
    }};
    log::stop();
    pipe.writer.close();
    drain.join();
    EXPECT_THAT(text, HasSubstr("\"n\":199"));
    EXPECT_THAT(text, HasSubstr("events were dropped because the log was read too slowly"));
}

TEST(Log, EndsEvenIfNobodyReads) {
    Pipe pipe;
    log::start({.level = LogLevel::info, .format = LogFormat::json, .descriptor = pipe.writer.get(), .capacity = 16});
    const std::string wide(8000, 'x');
    for (int i = 0; i < 100; ++i) log::info("event", {{"wide", wide}});

    log::stop();

    EXPECT_FALSE(log::enabled(LogLevel::error));
    // The log's thread still waits on this pipe; a closed number would be another test's.
    pipe.reader.release();
    pipe.writer.release();
}

TEST(Log, KnowsTheNamesOfLevels) {
    EXPECT_EQ(log_level_from("WARN"), LogLevel::warning);
    EXPECT_EQ(log_level_from("silent"), LogLevel::off);
    EXPECT_EQ(log_level_from("loud").error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace flux::observe
