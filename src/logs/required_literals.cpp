#include "logs/required_literals.hpp"

#include <cstddef>
#include <optional>
#include <utility>

namespace flux::logs {

namespace {

constexpr std::size_t shortest = 3;

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_in(char c, std::string_view characters) { return characters.find(c) != std::string_view::npos; }

/// The longest text that every match of one alternative contains.
class Branch {
public:
    void add(char c) { run_ += c; }
    void end_run() {
        if (run_.size() > best_.size()) best_ = run_;
        run_.clear();
    }
    /// What follows makes the last character one that may be missing.
    void drop_last() {
        while (!run_.empty() && (static_cast<unsigned char>(run_.back()) & 0xc0U) == 0x80U) run_.pop_back();
        if (!run_.empty()) run_.pop_back();
        end_run();
    }
    std::string take() {
        end_run();
        return std::exchange(best_, {});
    }

private:
    std::string run_;
    std::string best_;
};

/// The place behind the class that begins at `at`, or nothing where it has no end.
std::optional<std::size_t> class_end(std::string_view text, std::size_t at) {
    ++at;
    if (at < text.size() && text[at] == '^') ++at;
    // A bracket in the first place is one of the class.
    if (at < text.size() && text[at] == ']') ++at;
    for (; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text.substr(at).starts_with("[:")) {
            const auto end = text.find(":]", at);
            if (end == std::string_view::npos) return {};
            at = end + 1;
        } else if (text[at] == ']') {
            return at + 1;
        }
    }
    return {};
}

/// The place behind the group that begins at `at`.
std::optional<std::size_t> group_end(std::string_view text, std::size_t at) {
    int depth = 0;
    while (at < text.size()) {
        switch (text[at]) {
        case '\\': at += 2; continue;
        case '[': {
            const auto end = class_end(text, at);
            if (!end) return {};
            at = *end;
            continue;
        }
        case '(': ++depth; break;
        case ')':
            if (--depth == 0) return at + 1;
            break;
        default: break;
        }
        ++at;
    }
    return {};
}

}  // namespace

std::vector<std::string> required_literals(std::string_view expression) {
    // Flags change what everything behind them means, and `\Q` what a backslash does.
    if (expression.find("(?") != std::string_view::npos || expression.find("\\Q") != std::string_view::npos) return {};
    std::vector<std::string> found;
    Branch branch;
    for (std::size_t at = 0; at < expression.size();) {
        const char c = expression[at];
        if (c == '\\') {
            const char next = at + 1 < expression.size() ? expression[at + 1] : 'x';
            if (!is_alphanumeric(next)) {
                branch.add(next);
            } else if (is_in(next, "dDsSwWbBAz")) {
                branch.end_run();
            } else {
                return {};
            }
            at += 2;
        } else if (c == '[' || c == '(') {
            const auto end = c == '[' ? class_end(expression, at) : group_end(expression, at);
            if (!end) return {};
            branch.end_run();
            at = *end;
        } else if (c == '|') {
            found.push_back(branch.take());
            ++at;
        } else if (is_in(c, "?*")) {
            branch.drop_last();
            ++at;
        } else if (c == '{') {
            const auto end = expression.find('}', at);
            if (end == std::string_view::npos) return {};
            branch.drop_last();
            at = end + 1;
        } else if (is_in(c, "+.^$")) {
            branch.end_run();
            ++at;
        } else {
            branch.add(c);
            ++at;
        }
    }
    found.push_back(branch.take());
    for (const auto& literal : found) {
        if (literal.size() < shortest) return {};
    }
    return found;
}

}  // namespace flux::logs
