#include "providers/local/environment_file.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace flux::providers::local {
namespace {

/// The lines of a text, with their numbers. Only LF ends a line: a CR belongs to the value.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_{text} {}

    bool next(std::string_view& line) {
        if (rest_.empty()) return false;
        const auto end = rest_.find('\n');
        line = rest_.substr(0, end);
        rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
        ++number_;
        return true;
    }
    int number() const { return number_; }

private:
    std::string_view rest_;
    int number_ = 0;
};

auto wrong(int line, std::string_view what) {
    return fail(Errc::invalid_argument, fmt::format("line {}: {}", line, what));
}

}  // namespace

Result<Assignments> parse_assignments(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    Assignments found;
    Lines lines{text};
    std::string_view line;
    while (lines.next(line)) {
        if (line.empty() || line == "\r") continue;
        const auto equals = line.find('=');
        const auto heredoc = line.find("<<");
        if (equals == std::string_view::npos && heredoc == std::string_view::npos)
            return wrong(lines.number(), fmt::format("Invalid format '{}': neither `NAME=value` nor `NAME<<DELIMITER`.",
                                                     shortened(to_utf8(line), 100)));
        if (equals < heredoc) {
            if (equals == 0) return wrong(lines.number(), "The name in front of `=` is empty.");
            found.emplace_back(line.substr(0, equals), line.substr(equals + 1));
            continue;
        }
        const auto name = line.substr(0, heredoc);
        const auto delimiter = line.substr(heredoc + 2);
        const int begin = lines.number();
        if (name.empty()) return wrong(begin, "The name in front of `<<` is empty.");
        if (delimiter.empty()) return wrong(begin, "The delimiter behind `<<` is empty.");
        std::string value;
        bool first = true;
        bool closed = false;
        while (!closed && lines.next(line)) {
            closed = line == delimiter;
            if (closed) break;
            if (!first) value += '\n';
            value += line;
            first = false;
        }
        if (!closed)
            return wrong(begin, fmt::format("Matching delimiter not found '{}'.", shortened(to_utf8(delimiter), 100)));
        found.emplace_back(name, std::move(value));
    }
    return found;
}

std::vector<std::string> parse_path_lines(std::string_view text) {
    std::vector<std::string> directories;
    Lines lines{text};
    std::string_view line;
    while (lines.next(line)) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) directories.emplace_back(line);
    }
    return directories;
}

std::string refusal_of_variable(std::string_view name) {
    if (equal_ignoring_case(name, "NODE_OPTIONS")) return "Can't store NODE_OPTIONS through GITHUB_ENV.";
    if (name.find('\0') != std::string_view::npos) return "A variable's name can't hold a NUL.";
    return {};
}

}  // namespace flux::providers::local
