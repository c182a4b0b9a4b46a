#include "logs/search.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.hpp"
#include "logs/required_literals.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t longest_pattern = 1000;

std::vector<bool> wanted_steps(const RawLog& log, std::string_view name) {
    std::vector<bool> wanted;
    const auto key = ascii_lower(name);
    for (const auto& step : log.steps()) {
        wanted.push_back(key.empty() || ascii_lower(step.name).find(key) != std::string::npos);
    }
    return wanted;
}

}  // namespace

Result<LinePattern> LinePattern::compile(std::string_view pattern, const SearchOptions& options) {
    if (pattern.empty() || pattern.size() > longest_pattern) {
        return fail(Errc::invalid_argument, fmt::format("The pattern has to have 1 to {} characters.", longest_pattern),
                    "invalid_pattern");
    }
    LinePattern result;
    if (!options.regex && !options.ignore_case) {
        result.required_.emplace_back(pattern);
        return result;
    }
    RE2::Options re2_options;
    re2_options.set_log_errors(false);
    re2_options.set_case_sensitive(!options.ignore_case);
    re2_options.set_literal(!options.regex);
    auto expression = std::make_shared<const RE2>(re2::StringPiece{pattern.data(), pattern.size()}, re2_options);
    if (!expression->ok()) {
        return fail(Errc::invalid_argument,
                    fmt::format("The pattern is not an expression of RE2: {} (at `{}`). Without lookaround and "
                                "back-references, most others work.",
                                expression->error(), expression->error_arg()),
                    "invalid_pattern");
    }
    result.expression_ = std::move(expression);
    if (!options.ignore_case) result.required_ = required_literals(pattern);
    return result;
}

bool LinePattern::matches(std::string_view line) const {
    // Texts are found many times faster than any automaton runs.
    const auto holds = [line](const std::string& each) { return line.find(each) != std::string_view::npos; };
    if (!required_.empty() && std::none_of(required_.begin(), required_.end(), holds)) return false;
    return expression_ == nullptr || RE2::PartialMatch(re2::StringPiece{line.data(), line.size()}, *expression_);
}

Result<SearchResult> search(const RawLog& log, std::string_view pattern, const SearchOptions& options) {
    const auto compiled = LinePattern::compile(pattern, options);
    if (!compiled) return fail(compiled.error());
    const auto wanted = wanted_steps(log, options.step);
    SearchResult result;
    const auto look_at = [&](std::size_t index) {
        // Whether it matches first: that is almost always a quick no.
        if (!compiled->matches(log.text(index))) return;
        if (!wanted[static_cast<std::size_t>(log.line(index).step)]) return;
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
