#include "logs/folding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace flux::logs {

namespace {

constexpr std::size_t longest_period = 8;
/// A remark is a line itself: fewer lines than this are better shown.
constexpr std::size_t worth_folding = 3;
constexpr std::size_t longest_progress_line = 400;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Of what bars are drawn, beside the block elements and braille of UTF-8.
bool draws_bars(char c) { return std::string_view{"=>-#.*|/\\ ["}.find(c) != std::string_view::npos || c == ']'; }

/// The line with numbers and bars each as one sign, if it looks like the state of some progress: with a number in it,
/// and a per cent sign, a bar, or a part of a whole. Lines that merely count, such as a test's numbers, are none.
std::optional<std::string> progress_shape(std::string_view line) {
    if (line.size() > longest_progress_line) return {};
    std::string shape;
    bool number = false;
    bool measure = false;
    for (std::size_t at = 0; at < line.size();) {
        const char c = line[at];
        if (is_digit(c)) {
            while (at < line.size() && (is_digit(line[at]) || line[at] == '.' || line[at] == ',')) ++at;
            measure = measure || (at < line.size() && line[at] == '%');
            number = true;
            shape += '0';
        } else if (draws_bars(c)) {
            auto end = at;
            while (end < line.size() && draws_bars(line[end])) ++end;
            const auto run = line.substr(at, end - at);
            measure = measure || run.find("==") != std::string_view::npos || run.find("##") != std::string_view::npos ||
                      run.find("=>") != std::string_view::npos;
            shape += ' ';
            at = end;
        } else if (line.substr(at).starts_with("\xe2\x96") || line.substr(at).starts_with("\xe2\xa0") ||
                   line.substr(at).starts_with("\xe2\x94")) {
            // Block elements, braille, box drawing.
            measure = true;
            at += std::min<std::size_t>(3, line.size() - at);
            if (!shape.ends_with(' ')) shape += ' ';
        } else {
            shape += c;
            ++at;
        }
    }
    if (!number || !measure) return {};
    return shape;
}

class Folding {
public:
    explicit Folding(std::span<const std::string_view> lines) : lines_{lines} {
        hashes_.reserve(lines.size());
        for (const auto line : lines) hashes_.push_back(std::hash<std::string_view>{}(line));
    }

    std::vector<FoldedLines> all() {
        for (std::size_t at = 0; at < lines_.size();) {
            if (const auto folded = repeats_at(at); folded > 0) {
                at += folded;
            } else if (const auto progress = progress_at(at); progress > 0) {
                at += progress;
            } else {
                show(at++);
            }
        }
        return std::move(result_);
    }

private:
    bool same(std::size_t a, std::size_t b) const { return hashes_[a] == hashes_[b] && lines_[a] == lines_[b]; }

    void show(std::size_t at) { result_.push_back({FoldedLines::Kind::shown, at, at, 1}); }

    /// How many lines are dealt with: a block from `at` on and its repetitions.
    std::size_t repeats_at(std::size_t at) {
        for (std::size_t period = 1; period <= longest_period && at + 2 * period <= lines_.size(); ++period) {
            if (!same(at, at + period)) continue;
            auto end = at + period;
            while (end < lines_.size() && same(end, end - period)) ++end;
            const auto repeated = (end - at - period) / period * period;
            // Two blocks that begin alike aren't a repetition yet.
            if (repeated < worth_folding || repeated < 2 * (period - 1)) continue;
            for (std::size_t i = 0; i < period; ++i) show(at + i);
            result_.push_back({FoldedLines::Kind::repeats, at + period, at + period + repeated - 1, period});
            return period + repeated;
        }
        return 0;
    }

    std::size_t progress_at(std::size_t at) {
        const auto shape = progress_shape(lines_[at]);
        if (!shape) return 0;
        auto end = at + 1;
        while (end < lines_.size() && progress_shape(lines_[end]) == shape) ++end;
        if (end - at < worth_folding + 2) {
            for (auto i = at; i < end; ++i) show(i);
            return end - at;
        }
        show(at);
        result_.push_back({FoldedLines::Kind::progress, at + 1, end - 2, 1});
        show(end - 1);
        return end - at;
    }

    std::span<const std::string_view> lines_;
    std::vector<std::size_t> hashes_;
    std::vector<FoldedLines> result_;
};

}  // namespace

std::vector<FoldedLines> fold_repeats(std::span<const std::string_view> lines) { return Folding{lines}.all(); }

std::string folding_remark(const FoldedLines& folded, std::int64_t first_line) {
    if (folded.kind == FoldedLines::Kind::shown) return {};
    const auto first = first_line + static_cast<std::int64_t>(folded.first);
    const auto last = first_line + static_cast<std::int64_t>(folded.last);
    if (folded.kind == FoldedLines::Kind::progress) {
        return fmt::format("(lines {}-{}: {} more of this progress)", first, last, folded.lines());
    }
    const auto times = folded.lines() / folded.period;
    if (folded.period == 1) return fmt::format("(lines {}-{}: the line above, {} more times)", first, last, times);
    return fmt::format("(lines {}-{}: the {} lines above, {} more times)", first, last, folded.period, times);
}

}  // namespace flux::logs
