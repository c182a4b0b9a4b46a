#include "logs/line_splitter.hpp"

#include <algorithm>

namespace flux::logs {

namespace {

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

void LineSplitter::give(std::string_view line, const Sink& sink) {
    line = without_byte_order_marks(line);
    const auto stamp = stamps_.read(line);
    sink({line.substr(stamp.length), stamp, cut_, line.substr(0, stamp.length)});
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

void LineSplitter::feed(std::string_view bytes, const Sink& sink) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto piece = bytes.substr(0, end);
        if (end == std::string_view::npos) return keep(piece);
        bytes.remove_prefix(end + 1);
        // Most lines come whole and need no copy.
        if (fed_ == 0 && piece.size() <= longest_) {
            give(piece, sink);
            continue;
        }
        keep(piece);
        give(line_, sink);
        line_.clear();
    }
}

void LineSplitter::finish(const Sink& sink) {
    if (fed_ > 0) give(line_, sink);
    line_.clear();
}

}  // namespace flux::logs
