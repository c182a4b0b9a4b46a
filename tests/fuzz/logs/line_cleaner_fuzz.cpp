#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "logs/line_cleaner.hpp"
#include "logs/line_splitter.hpp"

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

std::vector<std::string> lines_of(std::string_view log, std::size_t piece) {
    std::vector<std::string> lines;
    flux::logs::LineSplitter splitter{512};
    flux::logs::LineCleaner cleaner{flux::logs::Escapes::none, {.known = nullptr, .by_shape = false}};
    flux::logs::LineCleaner again{flux::logs::Escapes::none, {.known = nullptr, .by_shape = false}};
    const flux::logs::LineSplitter::Sink sink = [&](const flux::logs::LineSplitter::RawLine& line) {
        check(line.text.size() <= 513);
        lines.emplace_back(cleaner.clean(line.text, line.known).text);
        check(lines.back() == again.clean(line.text).text);
        const auto stamp = flux::logs::stamp_at(line.stamp_text);
        check(stamp.time == line.stamp.time && stamp.length == line.stamp.length);
    };
    for (std::size_t at = 0; at < log.size(); at += piece) splitter.feed(log.substr(at, piece), sink);
    splitter.finish(sink);
    return lines;
}

/// `line` with a control character where what is shown of it begins: it vanishes, but nothing behind it is cleaned the
/// short way. No line of UTF-16 is, and a character more would move all behind it.
std::string with_control_character(std::string_view line) {
    if (line.find('\0') != std::string_view::npos) return std::string{line};
    const auto last = line.find_last_not_of('\r');
    std::string marked{line};
    marked.insert(last == std::string_view::npos ? line.size() : line.rfind('\r', last) + 1, 1, '\x01');
    return marked;
}

}  // namespace

/// Whatever a log holds: its lines are those between line feeds, wherever its pieces end; a clean line is UTF-8 without
/// control characters, and clean.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A kilobyte shows all that there is to show, and keeps the rounds quick.
    size = std::min<std::size_t>(size, 1024);
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const auto feeds = static_cast<std::size_t>(std::count(input.begin(), input.end(), '\n'));
    const auto whole = lines_of(input, std::max<std::size_t>(size, 1));
    check(whole.size() == feeds + (input.empty() || input.ends_with('\n') ? 0 : 1));
    // Which part of an overlong line is kept may depend on its pieces; of all others nothing does.
    if (size <= 512) {
        check(lines_of(input, 1) == whole);
        check(lines_of(input, 3) == whole);
    }
    for (const auto keep : {flux::logs::Escapes::none, flux::logs::Escapes::colours}) {
        flux::logs::LineCleaner cleaner{keep, {}};
        flux::logs::LineCleaner long_way{keep, {}};
        flux::logs::LineCleaner again{keep, {.known = nullptr, .by_shape = false}};
        for (const auto line : flux::split(input, '\n')) {
            const auto clean = cleaner.clean(line);
            const std::string text{clean.text};
            const std::string bare{clean.bare};
            check(flux::is_utf8(text) && flux::is_utf8(bare));
            check(std::none_of(bare.begin(), bare.end(), [](char c) {
                return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
            }));
            if (keep == flux::logs::Escapes::none) check(text == bare);
            const auto expected = long_way.clean(with_control_character(line));
            check(text == expected.text && bare == expected.bare);
            check(again.clean(text).text == text);
            check(flux::logs::LineCleaner::bare_text(text) == bare);
            check(flux::logs::next_unclean(text, 0) == text.size());
            const bool plain = flux::is_utf8(line) && flux::logs::next_unclean(line, 0) == line.size() &&
                               line.find('\x1b') == std::string_view::npos;
            if (plain) check(again.clean(line).text == line);
        }
    }
    return 0;
}
