#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "fakes/manual_clock.hpp"
#include "fakes/temporary_folder.hpp"
#include "logs/job_log.hpp"
#include "logs/stored_log_files.hpp"

namespace {

void write(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

}  // namespace

/// Whatever a crash or a stranger left in a log's files: reading says what is wrong or gives lines in order, and
/// writing goes on behind whole lines.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const flux::TemporaryFolder folder;
    static const flux::ManualClock clock;
    if (size == 0) return 0;
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const auto cut = std::min<std::size_t>(static_cast<unsigned char>(input.front()) * std::size_t{8}, size);
    {
        auto log = flux::logs::JobLogWriter::open(folder.path(), clock).value();
        log.append(1, "a line");
        log.append(2, "another");
    }
    std::ofstream{folder.path() / "text", std::ios::binary | std::ios::app} << input.substr(cut);
    std::ofstream{folder.path() / "index", std::ios::binary | std::ios::app} << input.substr(0, cut);
    write(folder.path() / "received", input);
    write(folder.path() / "complete", input);

    static const auto pattern = flux::logs::LinePattern::compile("e", {}).value();
    const auto check = [&] {
        const auto reader = flux::logs::JobLogReader::open(folder.path());
        if (!reader) return;
        if (const auto found = reader->search(pattern, {})) {
            if (found->next_line > reader->lines() + 1 || found->total < found->lines.size()) std::abort();
            if (!std::is_sorted(found->lines.begin(), found->lines.end())) std::abort();
        }
        const auto lines = reader->read({.from_end = input.size() % 2 == 0, .max_lines = 50});
        if (!lines) return;
        for (std::size_t i = 1; i < lines->size(); ++i) {
            if ((*lines)[i].number != (*lines)[i - 1].number + 1) std::abort();
        }
    };
    check();
    if (flux::logs::last_progress(folder.path(), 2).lines > 2) std::abort();
    flux::logs::read_complete(folder.path());
    if (auto log = flux::logs::JobLogWriter::open(folder.path(), clock)) {
        log->append(3, "after");
        log->flush();
        if (log->lines() < 3) std::abort();
        const auto last =
            flux::logs::JobLogReader::open(folder.path()).value().read({.from_end = true, .max_lines = 1});
        if (!last || last->size() != 1 || last->front().text != "after") std::abort();
    }
    check();
    write(folder.path() / "text", {});
    write(folder.path() / "index", {});
    return 0;
}
