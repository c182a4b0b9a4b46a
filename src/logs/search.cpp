#include "logs/search.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

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

Result<SearchResult> search(const RawLog& log, std::string_view pattern, const SearchOptions& options) {
    if (pattern.empty() || pattern.size() > longest_pattern) {
        return fail(Errc::invalid_argument, fmt::format("The pattern has to have 1 to {} characters.", longest_pattern),
                    "invalid_pattern");
    }
    RE2::Options re2_options;
    re2_options.set_log_errors(false);
    re2_options.set_case_sensitive(!options.ignore_case);
    re2_options.set_literal(!options.regex);
    const RE2 expression{re2::StringPiece{pattern.data(), pattern.size()}, re2_options};
    if (!expression.ok()) {
        return fail(Errc::invalid_argument,
                    fmt::format("The pattern is not an expression of RE2: {} (at `{}`). Without lookaround and "
                                "back-references, most others work.",
                                expression.error(), expression.error_arg()),
                    "invalid_pattern");
    }

    // A literal is found by memmem, which is many times faster than any automaton.
    const bool literal = !options.regex && !options.ignore_case;
    const auto wanted = wanted_steps(log, options.step);
    SearchResult result;
    for (std::size_t i = 0; i < log.size(); ++i) {
        if (!wanted[static_cast<std::size_t>(log.line(i).step)]) continue;
        const auto text = log.text(i);
        const bool found = literal ? text.find(pattern) != std::string_view::npos
                                   : RE2::PartialMatch(re2::StringPiece{text.data(), text.size()}, expression);
        if (!found) continue;
        ++result.total;
        if (result.lines.size() < options.limit) result.lines.push_back(i + 1);
    }
    return result;
}

}  // namespace flux::logs
