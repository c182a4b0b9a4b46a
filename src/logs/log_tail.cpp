#include "logs/log_tail.hpp"

#include <algorithm>
#include <utility>

#include "logs/line_feeds.hpp"

namespace flux::logs {

namespace {

/// What is kept as it came may become twice as long before it is shortened.
constexpr std::size_t least_trimmed = std::size_t{256} * 1024;
/// Longer than this, lines are cut one by one, so that long ones need no room.
constexpr std::size_t most_bytes = std::size_t{4} << 20U;
/// Of lines before those that are wanted.
constexpr std::size_t most_settled_bytes = std::size_t{4} << 20U;

struct Tail {
    std::size_t begin = 0;       ///< of a line; npos: there are not more lines than are kept
    std::size_t line_feeds = 0;  ///< in all of it
};

/// Where the last lines begin: not less than `kept` whole ones, and few more. Counted backwards in blocks, so that
/// hardly any line feed is looked for by itself.
Tail tail_of(std::string_view bytes, std::size_t kept) {
    constexpr std::size_t block = 4096;
    Tail tail{std::string_view::npos, 0};
    for (auto end = bytes.size(); end > 0;) {
        const auto begin = end - std::min(end, block);
        tail.line_feeds += count_line_feeds(bytes.substr(begin, end - begin));
        end = begin;
        if (tail.line_feeds <= kept) continue;
        tail.begin = bytes.find('\n', begin) + 1;
        tail.line_feeds += count_line_feeds(bytes.substr(0, begin));
        break;
    }
    return tail;
}

}  // namespace

void LogTail::begin_file(std::string job, std::string step) {
    end_line();
    in_file_ = true;
    job_ = std::move(job);
    step_ = std::move(step);
}

void LogTail::end_line() {
    take_front(decoder_.finish());
    if (open_) take("\n");
}

void LogTail::feed(std::string_view bytes) { take_front(decoder_.feed(bytes)); }

void LogTail::take_front(std::string_view utf8) {
    if (!in_file_ && front_.size() < RawLogBuilder::front_bytes) {
        front_ += utf8.substr(0, RawLogBuilder::front_bytes - front_.size());
    }
    take(utf8);
}

void LogTail::take(std::string_view bytes) {
    if (bytes.empty()) return;
    const auto tail = tail_of(bytes, kept_lines());
    line_feeds_ += tail.line_feeds;
    open_ = bytes.back() != '\n';
    if (tail.begin != std::string_view::npos) {
        settled_.clear();
        settled_bytes_ = 0;
        splitter_.forget();
        bytes_.clear();
        trim_at_ = 0;
        bytes.remove_prefix(tail.begin);
    }
    // In pieces, so that a line without an end never lies here whole.
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, most_bytes);
        bytes_ += piece;
        bytes.remove_prefix(piece.size());
        if (bytes_.size() > std::max(trim_at_, least_trimmed)) trim();
    }
}

void LogTail::trim() {
    const auto tail = tail_of(bytes_, kept_lines());
    if (tail.begin != std::string::npos) {
        settled_.clear();
        settled_bytes_ = 0;
        splitter_.forget();
        bytes_.erase(0, tail.begin);
    }
    if (bytes_.size() > most_bytes) settle();
    trim_at_ = 2 * bytes_.size();
}

void LogTail::settle() {
    const LineSplitter::Sink keep = [this](const LineSplitter::RawLine& line) {
        auto& kept = settled_.emplace_back();
        kept.reserve(line.stamp_text.size() + line.text.size() + 1);
        kept += line.stamp_text;
        kept += line.text;
        kept += '\n';
        settled_bytes_ += kept.size();
        drop_oldest();
    };
    splitter_.feed(bytes_, keep);
    bytes_.clear();
}

void LogTail::drop_oldest() {
    while (settled_.size() > wanted_ && (settled_.size() > kept_lines() || settled_bytes_ > most_settled_bytes)) {
        settled_bytes_ -= settled_.front().size();
        settled_.pop_front();
    }
}

LastLines LogTail::finish() && {
    end_line();
    if (splitter_.pending() > 0) settle();

    auto kept = settled_.size() + count_line_feeds(bytes_);
    RawLogBuilder builder;
    const auto missing = before_ + line_feeds_ - kept;
    if (in_file_) {
        builder.begin_file(std::move(job_), std::move(step_));
        builder.skip(missing);
    } else {
        builder.begin_behind(front_, missing);
    }
    for (const auto& line : settled_) builder.feed(line);
    builder.feed(bytes_);

    LastLines last{std::move(builder).finish(), 0, line_feeds_};
    last.first = kept - std::min(kept, wanted_);
    return last;
}

}  // namespace flux::logs
