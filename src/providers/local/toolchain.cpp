#include "providers/local/toolchain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace flux::providers::local {
namespace {

/// The numbers of a version that may end early or in `x`; nothing when it is none.
std::optional<std::vector<int>> numbers_of(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('v') || text.starts_with('=')) text.remove_prefix(1);
    text = text.substr(0, text.find_first_of("-+"));
    std::vector<int> numbers;
    if (text.empty()) return std::nullopt;
    for (const auto part : split(text, '.')) {
        if (part == "x" || part == "X" || part == "*") break;
        const auto number = to_integer(part);
        if (!number || *number < 0 || *number > 1'000'000 || numbers.size() == 3) return std::nullopt;
        numbers.push_back(static_cast<int>(*number));
    }
    return numbers;
}

Version version_of(const std::vector<int>& numbers) {
    Version version;
    std::copy(numbers.begin(), numbers.end(), version.parts.begin());
    return version;
}

/// The first version behind all that begin with the first `count` numbers.
Version behind(Version version, std::size_t count) {
    ++version.parts[count - 1];
    for (auto at = count; at < 3; ++at) version.parts[at] = 0;
    return version;
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
    const auto numbers = numbers_of(text);
    if (!numbers || numbers->empty()) return std::nullopt;
    return version_of(*numbers);
}

std::string Version::text() const { return fmt::format("{}.{}.{}", parts[0], parts[1], parts[2]); }

std::optional<VersionRequest> VersionRequest::parse(std::string_view text) {
    VersionRequest request;
    for (std::size_t at = 0; at <= text.size();) {
        const auto bar = std::min(text.find("||", at), text.size());
        const auto range = parse_range(trimmed(text.substr(at, bar - at)));
        if (!range) return std::nullopt;
        request.ranges_.push_back(*range);
        at = bar + 2;
    }
    return request;
}

std::optional<VersionRequest::Range> VersionRequest::parse_range(std::string_view text) {
    const auto word = ascii_lower(text);
    if (word == "*" || word == "x" || word == "latest" || word == "node" || word == "current" || word == "stable")
        return Range{};
    if (word.starts_with("lts")) {
        constexpr std::array<std::pair<std::string_view, int>, 8> names{{{"fermium", 14},
                                                                         {"gallium", 16},
                                                                         {"hydrogen", 18},
                                                                         {"iron", 20},
                                                                         {"jod", 22},
                                                                         {"krypton", 24},
                                                                         {"erbium", 12},
                                                                         {"dubnium", 10}}};
        if (word == "lts" || word == "lts/*") return Range{{}, std::nullopt, true};
        for (const auto& [name, major] : names)
            if (word == "lts/" + std::string{name}) return Range{{{major, 0, 0}}, Version{{major + 1, 0, 0}}, true};
        return std::nullopt;
    }
    // `18 - 20`
    if (const auto dash = text.find(" - "); dash != std::string_view::npos) {
        const auto from = numbers_of(text.substr(0, dash));
        const auto to = numbers_of(text.substr(dash + 3));
        if (!from || !to || to->empty()) return std::nullopt;
        return Range{version_of(*from), behind(version_of(*to), to->size()), false};
    }

    Range range;
    bool any = false;
    // An operator may stand away from its number.
    std::string joined;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool after_operator =
            !joined.empty() && std::string_view{"<>=^~"}.find(joined.back()) != std::string::npos;
        if (text[at] == ' ' && after_operator) continue;
        joined += text[at] == ',' ? ' ' : text[at];
    }
    for (auto part : split(joined, ' ')) {
        part = trimmed(part);
        if (part.empty()) continue;
        any = true;
        std::string_view sign;
        for (const std::string_view known : {">=", "<=", "~=", "==", ">", "<", "^", "~", "="})
            if (sign.empty() && part.starts_with(known)) sign = known;
        const auto numbers = numbers_of(part.substr(sign.size()));
        if (!numbers) return std::nullopt;
        if (numbers->empty()) continue;
        const auto version = version_of(*numbers);
        const auto next = behind(version, numbers->size());
        const auto at_most = [&](const Version& limit) {
            if (!range.below || limit < *range.below) range.below = limit;
        };
        const auto at_least = [&](const Version& limit) { range.from = std::max(range.from, limit); };
        if (sign == ">=") {
            at_least(version);
        } else if (sign == ">") {
            at_least(next);
        } else if (sign == "<=") {
            at_most(next);
        } else if (sign == "<") {
            at_most(version);
        } else if (sign == "^") {
            at_least(version);
            std::size_t kept = 1;
            while (kept < numbers->size() && version.parts[kept - 1] == 0) ++kept;
            at_most(behind(version, kept));
        } else if (sign == "~" || sign == "~=") {
            at_least(version);
            const auto kept = sign == "~=" ? std::max<std::size_t>(numbers->size(), 2) - 1
                                           : std::min<std::size_t>(numbers->size(), 2);
            at_most(behind(version, kept));
        } else {
            at_least(version);
            at_most(next);
        }
    }
    if (!any) return std::nullopt;
    return range;
}

bool VersionRequest::admits(const Version& version) const {
    return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
        return version >= range.from && (!range.below || version < *range.below) &&
               (!range.even_major || version.parts[0] % 2 == 0);
    });
}

Version VersionRequest::lowest() const {
    return std::min_element(ranges_.begin(), ranges_.end(),
                            [](const Range& a, const Range& b) { return a.from < b.from; })
        ->from;
}

std::optional<Tool> choose(const std::vector<Tool>& tools, const VersionRequest& request, bool& matched) {
    const auto older = [](const Tool& a, const Tool& b) { return a.version < b.version; };
    auto sorted = tools;
    std::stable_sort(sorted.begin(), sorted.end(), older);
    matched = true;
    for (auto tool = sorted.rbegin(); tool != sorted.rend(); ++tool)
        if (request.admits(tool->version)) return *tool;
    matched = false;
    for (const auto& tool : sorted)
        if (tool.version >= request.lowest()) return tool;
    if (sorted.empty()) return std::nullopt;
    return sorted.back();
}

}  // namespace flux::providers::local
