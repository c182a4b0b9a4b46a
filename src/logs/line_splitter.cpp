#include "logs/line_splitter.hpp"

#include <algorithm>

namespace flux::logs {

namespace {

/// What is looked through at once: it stays in a processor's first cache until its lines are handed on.
constexpr std::size_t window_bytes = std::size_t{16} * 1024;

/// Where what is left after the carriage returns begins: behind the last of them that has something behind it.
std::size_t last_segment(std::string_view text) {
    const auto last = text.find_last_not_of('\r');
    if (last == std::string_view::npos) return std::string_view::npos;
    const auto at = text.rfind('\r', last);
    return at == std::string_view::npos ? at : at + 1;
}

std::size_t front_length(std::string_view line) {
    const auto unmarked = without_byte_order_marks(line);
    return line.size() - unmarked.size() + stamp_at(unmarked).length;
}

}  // namespace

void LineSplitter::give_kept(const Sink& sink) {
    const auto line = without_byte_order_marks(line_);
    const auto stamp = stamps_.read(line);
    const auto text = line.substr(stamp.length);
    sink({text, stamp, cut_, line.substr(0, stamp.length), KnownOfLine{odd_.find(text)}});
    forget();
}

void LineSplitter::forget() {
    line_.clear();
    cut_ = false;
    fed_ = 0;
}

void LineSplitter::keep(std::string_view piece) {
    fed_ += piece.size();
    if (line_.size() + piece.size() > longest_) {
        // What a carriage return overwrites needs no room.
        const auto front = std::min(front_length(line_), line_.size());
        const auto segment = last_segment(piece);
        const bool overwritten = line_.ends_with('\r') && piece.find_first_not_of('\r') != std::string_view::npos;
        if (segment != std::string_view::npos || overwritten) {
            line_.resize(front);
            cut_ = false;
            if (segment != std::string_view::npos) piece.remove_prefix(segment);
        } else if (const auto kept = last_segment(line_); kept != std::string_view::npos && kept > front) {
            line_.erase(front, kept - front);
        }
    }
    const auto room = longest_ - std::min(longest_, line_.size());
    line_ += piece.substr(0, room);
    if (piece.size() <= room) return;
    cut_ = cut_ || piece.find_first_not_of('\r', room) != std::string_view::npos;
    // A return has to be seen even where there is no room left: what comes next overwrites what is here.
    if (piece.ends_with('\r') && !line_.ends_with('\r')) line_ += '\r';
}

/// Which of the odd bytes are line feeds. All of them at once and without a branch: how many colours a line has can't
/// be guessed.
std::span<const std::uint32_t> LineSplitter::ends_among(std::span<const std::uint32_t> odd, std::string_view window) {
    if (ends_.size() < odd.size()) ends_.resize(odd.size());
    auto* const ends = ends_.data();
    std::size_t count = 0;
    for (std::size_t i = 0; i < odd.size(); ++i) {
        ends[count] = static_cast<std::uint32_t>(i);
        count += static_cast<std::size_t>(window[odd[i]] == '\n');
    }
    return {ends, count};
}

/// Most lines come whole and need no copy. What is odd is looked for in many of them at once, their ends with it.
/// Returns how many bytes at the front of `bytes` they are.
std::size_t LineSplitter::take_whole_lines(std::string_view bytes, const Sink& sink) {
    const auto window = bytes.substr(0, window_bytes);
    const auto odd = odd_.find(window);
    std::size_t begin = 0;
    std::size_t first = 0;
    for (const std::size_t last : ends_among(odd, window)) {
        const std::size_t end = odd[last];
        if (end - begin > longest_) break;
        const auto line = window.substr(begin, end - begin);
        const auto unmarked = without_byte_order_marks(line);
        // A mark is odd from end to end, and nothing in a stamp is.
        first += line.size() - unmarked.size();
        // The stamp is read into its place: a copy would have to wait until all of it has been written.
        RawLine raw{.text = unmarked,
                    .stamp = stamps_.read(unmarked),
                    .cut = false,
                    .stamp_text = {},
                    .known = {odd.subspan(first, last - first), end - unmarked.size(), bytes.size() - end}};
        raw.stamp_text = unmarked.substr(0, raw.stamp.length);
        raw.text.remove_prefix(raw.stamp.length);
        raw.known.origin += raw.stamp.length;
        // What comes after this window is fetched meanwhile.
        const auto ahead = std::min(begin + window_bytes, bytes.size() - 1);
        __builtin_prefetch(bytes.data() + ahead);
        __builtin_prefetch(bytes.data() + std::min(ahead + 64, bytes.size() - 1));
        sink(raw);
        first = last + 1;
        begin = end + 1;
    }
    return begin;
}

void LineSplitter::feed(std::string_view bytes, const Sink& sink) {
    while (!bytes.empty()) {
        if (fed_ == 0) {
            const auto taken = take_whole_lines(bytes, sink);
            bytes.remove_prefix(taken);
            if (taken > 0) continue;
        }
        const auto end = bytes.find('\n');
        keep(bytes.substr(0, end));
        if (end == std::string_view::npos) return;
        bytes.remove_prefix(end + 1);
        give_kept(sink);
    }
}

void LineSplitter::finish(const Sink& sink) {
    if (fed_ > 0) give_kept(sink);
}

}  // namespace flux::logs
