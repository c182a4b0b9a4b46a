#include "logs/line_shapes.hpp"

#include <algorithm>

namespace flux::logs {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

std::uint64_t shape_of(std::string_view text) {
    constexpr std::size_t looked_at = 160;
    constexpr std::uint64_t basis = 14695981039346656037U;  // FNV-1a
    constexpr std::uint64_t prime = 1099511628211U;
    text = text.substr(0, looked_at);
    std::uint64_t hash = basis;
    const auto add = [&](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * prime; };
    while (!text.empty()) {
        if (!is_word(text.front())) {
            if (text.front() != ' ') add(text.front());
            text.remove_prefix(1);
            continue;
        }
        const auto end = std::find_if_not(text.begin(), text.end(), is_word);
        const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
        if (std::any_of(word.begin(), word.end(), is_digit)) {
            add('#');
        } else {
            for (const char c : word) add(c);
        }
        add(' ');
        text.remove_prefix(word.size());
    }
    return hash;
}

ShapeSet shapes_of_output(const RawLog& log) {
    ShapeSet shapes;
    for (std::size_t i = 0; i < log.size(); ++i) {
        const auto line = log.line(i);
        if (line.role == RawLine::Role::output && line.length > 0) shapes.insert(shape_of(log.text(i)));
    }
    return shapes;
}

LineShapes::LineShapes(const RawLog& log, std::size_t first, std::size_t last)
    : log_{log}, first_{std::max(first, last - std::min(last, most_lines))} {
    for (auto i = first_; i <= last && i < log.size(); ++i) {
        if (log.line(i).role == RawLine::Role::output && log.line(i).length > 0) ++counts_[shape_of(log.text(i))];
    }
}

std::uint32_t LineShapes::count_of(std::size_t line) const {
    if (line < first_) return common_from;
    const auto found = counts_.find(shape_of(log_.text(line)));
    return found == counts_.end() ? 0 : found->second;
}

}  // namespace flux::logs
