#include "logs/search.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <utility>

#include "base/text.hpp"

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
        result.literal_ = pattern;
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
    return result;
}

bool LinePattern::matches(std::string_view line) const {
    // A literal is found by memmem, which is many times faster than any automaton.
    if (expression_ == nullptr) return line.find(literal_) != std::string_view::npos;
    return RE2::PartialMatch(re2::StringPiece{line.data(), line.size()}, *expression_);
}

Result<SearchResult> search(const RawLog& log, std::string_view pattern, const SearchOptions& options) {
    const auto compiled = LinePattern::compile(pattern, options);
    if (!compiled) return fail(compiled.error());
    const auto wanted = wanted_steps(log, options.step);
    SearchResult result;
    for (std::size_t i = 0; i < log.size(); ++i) {
        if (!wanted[static_cast<std::size_t>(log.line(i).step)]) continue;
        if (!compiled->matches(log.text(i))) continue;
        ++result.total;
        if (result.lines.size() < options.limit) result.lines.push_back(i + 1);
    }
    return result;
}

}  // namespace flux::logs
