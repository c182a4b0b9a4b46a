#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "logs/line_cleaner.hpp"
#include "logs/line_splitter.hpp"
#include "logs/masks.hpp"

/// The input's first line is a secret, the rest a log, into which the secret is put at a place that the input chooses.
/// Whatever both hold and wherever the pieces of the log end, no line that comes out holds the secret.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A kilobyte shows all that there is to show, and keeps the rounds quick.
    const std::string_view input{reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 1024)};
    const auto end = input.find('\n');
    if (end == std::string_view::npos) return 0;
    const std::string secret{flux::trimmed(flux::to_utf8(input.substr(0, end)))};
    flux::logs::Masks masks;
    if (masks.add(secret) != flux::logs::Masks::Added::hidden) return 0;
    const auto hidden = flux::logs::LineCleaner::bare_text(secret);
    // What masks and written-out characters are made of can't be told from them.
    if (hidden.size() < 3 || hidden.find_first_of("*<>") != std::string::npos || flux::trimmed(hidden) != hidden)
        return 0;
    if (hidden.find_first_not_of("U+0123456789ABCDEF andmore") == std::string::npos) return 0;

    std::string log{input.substr(end + 1)};
    const auto place = log.empty() ? 0 : static_cast<unsigned char>(log.front()) % (log.size() + 1);
    log.insert(place, secret);

    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, log.size() + 1}) {
        for (const auto keep : {flux::logs::Escapes::none, flux::logs::Escapes::colours}) {
            flux::logs::LineSplitter splitter{4096};
            flux::logs::LineCleaner cleaner{keep, {.known = &masks, .by_shape = true}};
            const flux::logs::LineSplitter::Sink sink = [&](const flux::logs::LineSplitter::RawLine& line) {
                const auto clean = cleaner.clean(line.text, line.known);
                if (clean.bare.find(hidden) != std::string_view::npos) std::abort();
                if (flux::logs::LineCleaner::bare_text(clean.text) != clean.bare) std::abort();
            };
            for (std::size_t at = 0; at < log.size(); at += piece) {
                splitter.feed(std::string_view{log}.substr(at, piece), sink);
            }
            splitter.finish(sink);
        }
    }
    return 0;
}
