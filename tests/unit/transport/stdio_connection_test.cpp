#include "transport/stdio_connection.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "fakes/loop.hpp"
#include "fakes/temporary_folder.hpp"
#include "fakes/turns.hpp"
#include "served_port.hpp"
#include "transport/line_reader.hpp"

namespace flux::transport {
namespace {

using testing::HasSubstr;

struct Pipe {
    Pipe() { EXPECT_EQ(::pipe(ends.data()), 0); }
    ~Pipe() {
        close_reader();
        close_writer();
    }
    void close_reader() { close_end(0); }
    void close_writer() { close_end(1); }
    void close_end(std::size_t end) {
        if (ends[end] >= 0) ::close(ends[end]);
        ends[end] = -1;
    }
    void write(std::string_view text) const {
        EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    std::string read_all() const {
        std::string all;
        std::array<char, 4096> buffer{};
        for (auto got = ::read(ends[0], buffer.data(), buffer.size()); got > 0;
             got = ::read(ends[0], buffer.data(), buffer.size())) {
            all.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return all;
    }
    std::array<int, 2> ends{};
};

/// What the server writes when `input` is all that it is sent.
std::string answers_to(std::string_view input, StdioOptions options = {}) {
    ToolServer tools;
    tools.witness->release = true;
    Pipe in;
    Pipe out;
    std::string all;
    std::thread reader{[&] { all = out.read_all(); }};
    in.write(input);
    in.close_writer();
    options.input = in.ends[0];
    options.output = out.ends[1];
    run(serve_stdio(tools.server, some_visitor(), options));
    out.close_writer();
    reader.join();
    return all;
}

TEST(Stdio, AnswersEachLineAndFinishesWhatWasAskedBeforeTheEnd) {
    const auto all = answers_to(call_text("demo_echo", 1, R"({"text":"one"})") + "\r\n\n" + call_text("demo_wait", 2) +
                                "\n" + call_text("demo_echo", 3, R"({"text":"three"})"));
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 3);
    EXPECT_THAT(all, HasSubstr("one"));
    EXPECT_THAT(all, HasSubstr("released"));
    EXPECT_THAT(all, HasSubstr("three")) << "a last line without line feed counts";
}

TEST(Stdio, AnswersALineThatIsTooLongAndGoesOn) {
    StdioOptions options;
    options.message_bytes = 1000;
    const auto all =
        answers_to(std::string(5000, 'x') + "\n" + call_text("demo_echo", 1, R"({"text":"next"})") + "\n", options);
    EXPECT_THAT(all, HasSubstr("-32600"));
    EXPECT_THAT(all, HasSubstr("next"));
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 2);
}

TEST(Stdio, GivesUpOnACallThatOutlivesItsTime) {
    ToolServer tools;
    Pipe in;
    Pipe out;
    in.write(call_text("demo_wait", 1) + "\n");
    in.close_writer();
    StdioOptions options;
    options.input = in.ends[0];
    options.output = out.ends[1];
    options.finish_time = std::chrono::milliseconds{50};

    run(serve_stdio(tools.server, some_visitor(), options));

    EXPECT_EQ(tools.witness->begun, 1);
    EXPECT_EQ(tools.witness->stopped, 1);
}

TEST(Stdio, ReadsAFileAndWritesAFile) {
    TemporaryFolder folder;
    const auto from = (folder.path() / "in").string();
    const auto to = (folder.path() / "out").string();
    std::ofstream{from} << call_text("demo_echo", 1, R"({"text":"from a file"})") << "\n";
    ToolServer tools;
    StdioOptions options;
    options.input = ::open(from.c_str(), O_RDONLY);
    options.output = ::open(to.c_str(), O_WRONLY | O_CREAT, 0600);

    run(serve_stdio(tools.server, some_visitor(), options));
    ::close(options.input);
    ::close(options.output);

    std::ifstream file{to};
    const std::string all{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_THAT(all, HasSubstr("from a file"));
}

TEST(Stdio, EndsWhenNobodyReadsIt) {
    ToolServer tools;
    tools.witness->release = true;
    Pipe in;
    Pipe out;
    out.close_reader();
    in.write(call_text("demo_echo", 1) + "\n" + call_text("demo_echo", 2) + "\n");
    std::thread writer{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        const auto line = call_text("demo_echo", 3) + "\n";
        [[maybe_unused]] const auto sent = ::write(in.ends[1], line.data(), line.size());
    }};
    StdioOptions options;
    options.input = in.ends[0];
    options.output = out.ends[1];

    run(serve_stdio(tools.server, some_visitor(), options));
    writer.join();
}

TEST(LineReader, CutsTheSameHoweverTheBytesCome) {
    const std::string input = "one\ntwo\r\n\n\r\n" + std::string(11, 'x') + "\n" + std::string(10, 'y') + "\r\n" +
                              std::string(500, 'z') + "\nlast\nopen";
    for (std::size_t piece = 1; piece < input.size(); ++piece) {
        SCOPED_TRACE(piece);
        LineReader reader{10};
        std::string seen;
        for (std::size_t at = 0; at < input.size(); at += piece) {
            auto window = std::string_view{input}.substr(at, piece);
            while (!window.empty()) {
                std::size_t used = 0;
                const auto event = reader.next(window, used);
                window.remove_prefix(used);
                if (event.kind == LineReader::Kind::line) seen += std::string{event.text} + "|";
                if (event.kind == LineReader::Kind::too_long) seen += "!|";
            }
        }
        EXPECT_EQ(seen, "one|two|!|yyyyyyyyyy|!|last|");
    }
}

}  // namespace
}  // namespace flux::transport
