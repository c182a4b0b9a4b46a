#include "logs/search.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/text.hpp"

namespace flux::logs {

namespace {

std::vector<bool> wanted_steps(const RawLog& log, std::string_view name) {
    std::vector<bool> wanted;
    const auto key = ascii_lower(name);
    for (const auto& step : log.steps()) {
        wanted.push_back(key.empty() || ascii_lower(step.name).find(key) != std::string::npos);
    }
    return wanted;
}

}  // namespace

Result<SearchResult> search(const RawLog& log, std::string_view pattern, const SearchOptions& options) {
    const auto compiled = LinePattern::compile(pattern, options);
    if (!compiled) return fail(compiled.error());
    const auto wanted = wanted_steps(log, options.step);
    SearchResult result;
    const auto look_at = [&](std::size_t index) {
        // Whether it matches first: that is almost always a quick no.
        if (!compiled->matches(log.text(index))) return;
        if (!wanted[log.step_of(index)]) return;
        ++result.total;
        if (result.lines.size() < options.limit) result.lines.push_back(index + 1);
    };
    if (compiled->required().empty()) {
        for (std::size_t i = 0; i < log.size(); ++i) look_at(i);
        return result;
    }
    std::vector<std::size_t> candidates;
    for (const auto& each : compiled->required()) {
        const auto more = log.lines_holding(each);
        const auto middle = static_cast<std::ptrdiff_t>(candidates.size());
        candidates.insert(candidates.end(), more.begin(), more.end());
        std::inplace_merge(candidates.begin(), candidates.begin() + middle, candidates.end());
    }
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    for (const auto index : candidates) look_at(index);
    return result;
}

}  // namespace flux::logs
