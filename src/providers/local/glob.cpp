#include "providers/local/glob.hpp"

#include "base/text.hpp"

namespace flux::providers::local {
namespace {

/// One name against one part of a pattern. Backtracks only to the last `*`, so that no pattern makes it slow.
bool matches_name(std::string_view pattern, std::string_view name) {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_name = 0;
    while (n < name.size()) {
        bool same = false;
        std::size_t next = p + 1;
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_name = n;
            continue;
        }
        if (p < pattern.size() && pattern[p] == '[') {
            const auto close = pattern.find(']', p + 2);
            if (close == std::string_view::npos) {
                same = name[n] == '[';
            } else {
                auto set = pattern.substr(p + 1, close - p - 1);
                const bool negated = set.front() == '!' || set.front() == '^';
                if (negated) set.remove_prefix(1);
                for (std::size_t at = 0; at < set.size(); ++at) {
                    if (at + 2 < set.size() && set[at + 1] == '-') {
                        same = same || (set[at] <= name[n] && name[n] <= set[at + 2]);
                        at += 2;
                    } else {
                        same = same || set[at] == name[n];
                    }
                }
                same = same != negated;
                next = close + 1;
            }
        } else if (p < pattern.size()) {
            same = pattern[p] == '?' || pattern[p] == name[n];
        }
        if (same) {
            p = next;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++star_name;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

/// Whole paths by the same scheme: backtracks only to the last `**`.
bool matches_parts(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path) {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_path = 0;
    while (n < path.size()) {
        if (p < pattern.size() && pattern[p] == "**") {
            star = p++;
            star_path = n;
        } else if (p < pattern.size() && matches_name(pattern[p], path[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++star_path;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == "**") ++p;
    return p == pattern.size();
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view path) {
    return matches_parts(split(pattern, '/'), split(path, '/'));
}

PathPatterns PathPatterns::parse(std::string_view lines, const std::string& workspace) {
    PathPatterns parsed;
    for (const auto line : split(lines, '\n')) {
        auto text = trimmed(line);
        if (text.empty() || text.starts_with('#')) continue;
        const bool excludes = text.starts_with('!');
        if (excludes) text = trimmed(text.substr(1));
        const auto original = text;
        if (text.starts_with('/')) {
            if (!text.starts_with(workspace) || (text.size() > workspace.size() && text[workspace.size()] != '/')) {
                if (parsed.refused.empty()) parsed.refused = original;
                continue;
            }
            text.remove_prefix(workspace.size());
        }
        std::vector<std::string_view> parts;
        bool outside = text.starts_with('~');
        for (const auto part : split(text, '/')) {
            if (part.empty() || part == ".") continue;
            if (part == "..") {
                if (parts.empty())
                    outside = true;
                else
                    parts.pop_back();
                continue;
            }
            parts.push_back(part);
        }
        if (outside) {
            if (parsed.refused.empty()) parsed.refused = original;
            continue;
        }
        std::string joined;
        for (const auto part : parts) (joined += joined.empty() ? "" : "/") += part;
        parsed.patterns.push_back({std::move(joined), excludes});
    }
    return parsed;
}

bool PathPatterns::match(std::string_view path) const {
    bool included = false;
    for (const auto& pattern : patterns) {
        if (pattern.excludes != included) continue;
        bool found = pattern.text.empty();
        // A directory means all that is in it.
        for (auto end = path.size(); !found && end != std::string_view::npos;
             end = end == 0 ? std::string_view::npos : path.rfind('/', end - 1))
            found = matches_glob(pattern.text, path.substr(0, end));
        if (found) included = !pattern.excludes;
    }
    return included;
}

std::string literal_prefix(std::string_view pattern) {
    std::string prefix;
    for (const auto part : split(pattern, '/')) {
        if (part.find_first_of("*?[") != std::string_view::npos) break;
        (prefix += prefix.empty() ? "" : "/") += part;
    }
    return prefix;
}

}  // namespace flux::providers::local
