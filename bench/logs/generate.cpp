// Writes CI logs as GitHub Actions shapes them, the same bytes every time: generate_logs FOLDER
//   ci.log      100 MB: a stamp a line, groups, colours, tests, JSON lines, errors; fails at the end
//   large.log   1 GB of the same
//   long.log    ten lines of 10 MB
//   short.log   ten million lines
//   equal.log   200,000 equal lines
//   progress.log  100 MB of one progress bar, which only carriage returns divide
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>

namespace {

class File {
public:
    explicit File(const std::filesystem::path& path) : file_{std::fopen(path.c_str(), "wb")} {
        if (file_ == nullptr) std::abort();
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { std::fclose(file_); }

    void write(std::string_view text) {
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) std::abort();
        size_ += text.size();
    }
    std::size_t size() const { return size_; }

private:
    std::FILE* file_;
    std::size_t size_ = 0;
};

class JobLog {
public:
    JobLog(const std::filesystem::path& path, std::uint32_t seed) : file_{path}, random_{seed} {}

    void write(std::size_t bytes) {
        line("Current runner version: '2.330.0'");
        while (file_.size() < bytes) step();
        line("##[group]Run npm test");
        line("##[endgroup]");
        line("src/router.ts(12,7): error TS2322: Type 'string' is not assignable to type 'number'.");
        line("##[error]Process completed with exit code 2.");
        line("Cleaning up orphan processes");
    }

private:
    unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
    std::string number(unsigned below) { return std::to_string(pick(below)); }

    std::string word() {
        static constexpr std::array words{"alpha",   "bundle", "client", "deploy", "engine", "fixture", "gateway",
                                          "handler", "index",  "job",    "kernel", "loader", "module",  "node",
                                          "output",  "parser", "queue",  "router", "socket", "table"};
        return words[pick(words.size())];
    }
    std::string path() { return "src/" + word() + "/" + word() + number(200) + ".ts"; }

    void line(const std::string& text) {
        ticks_ += 1 + pick(40'000);
        const auto seconds = ticks_ / 10'000'000;
        std::array<char, 40> stamp{};
        std::snprintf(stamp.data(), stamp.size(), "2026-07-28T%02u:%02u:%02u.%07uZ ",
                      static_cast<unsigned>(seconds / 3600 % 24), static_cast<unsigned>(seconds / 60 % 60),
                      static_cast<unsigned>(seconds % 60), static_cast<unsigned>(ticks_ % 10'000'000));
        file_.write(stamp.data() + text + "\n");
    }

    void step() {
        line("##[group]Run npm run " + word() + ":" + word());
        line("\x1b[36;1mnpm run " + word() + " -- --shard=" + number(16) + "/16\x1b[0m");
        line("shell: /usr/bin/bash -e {0}");
        line("env:");
        for (int i = 0; i < 4; ++i) line("  " + word() + "_" + word() + ": " + number(1'000'000));
        line("##[endgroup]");
        for (auto lines = 40 + pick(200); lines > 0; --lines) output();
    }

    void output() {
        switch (pick(12)) {
        case 0:
        case 1:
        case 2:
            return line(" \x1b[32m\xe2\x9c\x93\x1b[39m " + path() + " \x1b[2m(\x1b[22m\x1b[2m" + number(90) +
                        " tests\x1b[22m\x1b[2m)\x1b[22m\x1b[90m " + number(900) + "\x1b[2mms\x1b[22m\x1b[39m");
        case 3:
        case 4:
            return line("[" + number(4000) + "/4000] Building CXX object lib/" + word() + "/CMakeFiles/" + word() +
                        ".dir/" + word() + number(900) + ".cpp.o");
        case 5:
            return line("npm \x1b[33mwarn\x1b[39m deprecated " + word() + "@" + number(9) + "." + number(30) +
                        ".0: use " + word() + " in its place");
        case 6:
            return line(R"({"level":"info","module":")" + word() + R"(","ms":)" + number(5000) + R"(,"message":")" +
                        word() + " " + word() + R"("})");
        case 7: return line("Downloading https://registry.example/" + word() + "-" + number(9'000'000) + ".tgz");
        case 8:
            if (pick(200) != 0)
                return line("  at " + word() + " (" + path() + ":" + number(900) + ":" + number(80) + ")");
            line("\x1b[31m\xe2\x9d\xaf\x1b[39m " + path() + " > " + word() + " > refuses " + word());
            return line("   AssertionError: expected " + number(100) + " to be " + number(100));
        default: return line("  " + word() + " " + word() + " " + word() + " " + number(100'000) + " " + word());
        }
    }

    File file_;
    std::mt19937 random_;
    std::uint64_t ticks_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
    std::filesystem::create_directories(folder);
    JobLog{folder / "ci.log", 1}.write(100'000'000);
    JobLog{folder / "large.log", 2}.write(1'000'000'000);
    File long_lines{folder / "long.log"};
    for (int i = 0; i < 10; ++i) long_lines.write(std::string(10'000'000, static_cast<char>('a' + i)) + "\n");
    File short_lines{folder / "short.log"};
    for (int i = 0; i < 10'000'000; ++i) short_lines.write("ok " + std::to_string(i) + "\n");
    File equal{folder / "equal.log"};
    for (int i = 0; i < 200'000; ++i) equal.write("2026-07-28T10:00:00.0000000Z waiting for the database\n");
    File progress{folder / "progress.log"};
    for (int i = 0; progress.size() < 100'000'000; ++i)
        progress.write("\r" + std::to_string(i) + " of 9999999 objects");
}
