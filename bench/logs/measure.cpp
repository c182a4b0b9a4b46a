// Does one thing to a log and says in one line of JSON what it took: measure_logs WHAT FILE [PATTERN]
//
// `ms` is the least processor time (of `cold-tail`: time of the clock, as it waits for the disk) of a few rounds,
// without what comes before (reading the file into memory, building an index that is then used); `peak_mib` is the
// process's peak of memory, of which `base_mib` was there before.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "logs/archive.hpp"
#include "logs/diagnose.hpp"
#include "logs/diagnosis_text.hpp"
#include "logs/job_log_files.hpp"
#include "logs/job_log_store.hpp"
#include "logs/line_cleaner.hpp"
#include "logs/line_splitter.hpp"
#include "logs/log_tail.hpp"
#include "logs/raw_log.hpp"
#include "logs/search.hpp"
#include "logs/visible_text.hpp"

namespace {

using namespace flux;

double peak_mib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

double processor_ms() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double wall_ms() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

struct Figures {
    double ms = 1e300;
    std::size_t result = 0;  ///< to compare with others, and so that nothing is left undone
};

Figures least_of(int rounds, const std::function<std::size_t()>& work) {
    Figures figures;
    for (int i = 0; i < rounds; ++i) {
        const auto start = processor_ms();
        figures.result = work();
        figures.ms = std::min(figures.ms, processor_ms() - start);
    }
    return figures;
}

std::string whole(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    std::string text(std::filesystem::file_size(file), '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    return text;
}

void in_pieces(const std::filesystem::path& file, const std::function<void(std::string_view)>& sink) {
    const int number = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (number < 0) std::abort();
    std::string piece(256 * 1024, '\0');
    for (ssize_t got = 0; (got = ::read(number, piece.data(), piece.size())) > 0;) {
        sink(std::string_view{piece}.substr(0, static_cast<std::size_t>(got)));
    }
    ::close(number);
}

/// A folder on the disk where the log lies, gone at the end.
class Folder {
public:
    explicit Folder(const std::filesystem::path& log) : path_{log.string() + ".store." + std::to_string(::getpid())} {}
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

logs::JobLogStore store_in(const Folder& folder) {
    const logs::JobLogLimits limits{.log_bytes = std::uint64_t{8} << 30U, .total_bytes = std::uint64_t{64} << 30U};
    return logs::JobLogStore::open(folder.path(), limits, system_clock()).value();
}

std::size_t keep(logs::JobLogStore& store, const std::filesystem::path& file, std::int64_t job) {
    auto log = store.open_for_append({.run = 1, .attempt = 1, .job = job}).value();
    in_pieces(file, [&](std::string_view piece) {
        if (!log.append(piece)) std::abort();
    });
    return static_cast<std::size_t>(log.finish({}).value().lines);
}

std::size_t read_tail(const logs::JobLogStore& store) {
    const auto reader = store.read({.run = 1, .attempt = 1, .job = 1}).value();
    std::size_t bytes = 0;
    const auto lines = reader.read({.from_end = true, .max_lines = 200, .max_bytes = 1 << 20}).value();
    for (const auto& line : lines) bytes += line.text.size() + 1;
    return bytes;
}

const std::filesystem::path place_of_first{"1/1/1"};

/// Nothing of the stored log is in memory any more.
void forget(const std::filesystem::path& folder) {
    for (const auto* name : {"text", "index"}) {
        const int file = ::open((folder / place_of_first / name).c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0 || ::fsync(file) != 0 || ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) std::abort();
        ::close(file);
    }
}

/// Makes the index of a stored log anew, from its text.
std::size_t index_again(const std::filesystem::path& folder) {
    std::filesystem::remove(folder / place_of_first / "index");
    auto files = logs::JobLogFiles::open_for_writing(folder / place_of_first).value();
    return static_cast<std::size_t>(files.recover().value().lines);
}

/// A page of lines after the other, each line cleaned and held against the pattern.
std::size_t search_pages(const logs::JobLogReader& reader, const logs::LinePattern& pattern) {
    logs::LogWindow window{.max_lines = 20'000, .max_bytes = 1 << 20};
    std::size_t found = 0;
    while (true) {
        const auto lines = reader.read(window).value();
        if (lines.empty()) return found;
        for (const auto& line : lines) {
            if (pattern.matches(logs::visible_text(line.text, logs::Escapes::none))) ++found;
        }
        window.first_line = lines.back().number + 1;
    }
}

std::size_t search_store(const logs::JobLogReader& reader, const logs::LinePattern& pattern) {
    logs::LineSearch search;
    std::size_t total = 0;
    while (true) {
        const auto found = reader.search(pattern, search).value();
        if (found.next_line == search.first_line) return total;
        total += found.total;
        search.first_line = found.next_line;
    }
}

logs::RawLog decode(const std::filesystem::path& file) {
    logs::RawLogBuilder builder;
    in_pieces(file, [&](std::string_view piece) { builder.feed(piece); });
    return std::move(builder).finish();
}

std::size_t clean(std::string_view text, bool masks, logs::Escapes keep_escapes) {
    logs::LineSplitter splitter{128 * 1024};
    logs::LineCleaner cleaner{keep_escapes, {.known = nullptr, .by_shape = masks}};
    std::size_t bytes = 0;
    const logs::LineSplitter::Sink sink = [&](const logs::LineSplitter::RawLine& line) {
        bytes += cleaner.clean(line.text, line.known).text.size() + 1;
    };
    splitter.feed(text, sink);
    splitter.finish(sink);
    return bytes;
}

std::size_t bytes_of(const logs::LastLines& last) {
    std::size_t bytes = 0;
    for (auto i = last.first; i < last.log.size(); ++i) bytes += last.log.text(i).size() + 1;
    return bytes;
}

std::size_t tails_of_archive(const std::filesystem::path& file) {
    std::size_t bytes = 0;
    const auto add = [&](const std::string&, const logs::LastLines& last) { bytes += bytes_of(last); };
    if (!logs::read_job_tails(whole(file), 200, add)) std::abort();
    return bytes;
}

Figures measure(std::string_view what, const std::filesystem::path& file, std::string_view pattern, double& base) {
    if (what == "tail") {
        const Folder folder{file};
        auto store = store_in(folder);
        keep(store, file, 1);
        base = peak_mib();
        return least_of(20, [&] { return read_tail(store); });
    }
    if (what == "cold-tail") {
        const Folder folder{file};
        auto store = store_in(folder);
        keep(store, file, 1);
        base = peak_mib();
        Figures figures;
        for (int i = 0; i < 5; ++i) {
            forget(folder.path());
            const auto start = wall_ms();
            figures.result = read_tail(store);
            figures.ms = std::min(figures.ms, wall_ms() - start);
        }
        return figures;
    }
    if (what == "index") {
        const Folder folder{file};
        auto store = store_in(folder);
        keep(store, file, 1);
        base = peak_mib();
        return least_of(3, [&] { return index_again(folder.path()); });
    }
    if (what == "store") {
        const Folder folder{file};
        auto store = store_in(folder);
        base = peak_mib();
        std::int64_t job = 0;
        return least_of(1, [&] { return keep(store, file, ++job); });
    }
    if (what == "stream-tail") {
        const auto text = whole(file);
        base = peak_mib();
        return least_of(5, [&] {
            logs::LogTail tail{200};
            tail.feed(text);
            return bytes_of(std::move(tail).finish());
        });
    }
    if (what == "zip-tails") {
        base = peak_mib();
        return least_of(5, [&] { return tails_of_archive(file); });
    }
    if (what == "strip" || what == "mask" || what == "colours") {
        const auto text = whole(file);
        base = peak_mib();
        const auto escapes = what == "colours" ? logs::Escapes::colours : logs::Escapes::none;
        return least_of(5, [&] { return clean(text, what != "strip", escapes); });
    }
    if (what == "decode") {
        base = peak_mib();
        return least_of(1, [&] { return decode(file).size(); });
    }
    if (what == "literal" || what == "regex") {
        const auto log = decode(file);
        base = peak_mib();
        const logs::SearchOptions options{.regex = what == "regex", .limit = 1'000'000'000};
        return least_of(5, [&] { return logs::search(log, pattern, options).value().total; });
    }
    const std::map<std::string_view, logs::SearchOptions> searches{
        {"stored-literal", {}}, {"stored-any-case", {.ignore_case = true}}, {"stored-regex", {.regex = true}}};
    const auto by_pages = what.starts_with("paged-");
    const auto search = searches.find(by_pages ? "stored-" + std::string{what.substr(6)} : std::string{what});
    if (search != searches.end()) {
        const Folder folder{file};
        auto store = store_in(folder);
        keep(store, file, 1);
        const auto wanted = logs::LinePattern::compile(pattern, search->second).value();
        const auto reader = store.read({.run = 1, .attempt = 1, .job = 1}).value();
        base = peak_mib();
        return least_of(5, [&] { return by_pages ? search_pages(reader, wanted) : search_store(reader, wanted); });
    }
    if (what == "diagnose") {
        base = peak_mib();
        return least_of(1, [&] {
            const auto log = decode(file);
            return logs::write_diagnosis(logs::diagnose(log), log, "nonce", 1500).text.size();
        });
    }
    std::fprintf(stderr, "measure_logs: what is `%s`?\n", std::string{what}.c_str());
    std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: measure_logs WHAT FILE [PATTERN]\n");
        return 2;
    }
    double base = 0;
    const auto figures = measure(argv[1], argv[2], argc > 3 ? argv[3] : "", base);
    fmt::print("{{\"ms\":{:.4f},\"result\":{},\"base_mib\":{:.1f},\"peak_mib\":{:.1f}}}\n", figures.ms, figures.result,
               base, peak_mib());
}
