#include "logs/line_pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "logs/required_literals.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t longest_pattern = 1000;

/// Whether the only characters that are the same as `c`, where case is ignored, are ASCII: `k` is the Kelvin sign
/// U+212A too, and `s` the long s U+017F.
bool stays_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80 && std::string_view{"kKsS"}.find(c) == std::string_view::npos;
}

/// The longest part of each text that is ASCII however its case is changed; nothing where one has none.
std::vector<std::string> in_any_case(const std::vector<std::string>& texts) {
    std::vector<std::string> result;
    for (const auto& text : texts) {
        std::string_view longest;
        for (auto at = text.begin(); at != text.end();) {
            const auto begin = std::find_if(at, text.end(), stays_ascii);
            at = std::find_if_not(begin, text.end(), stays_ascii);
            const std::string_view part{begin, at};
            if (part.size() > longest.size()) longest = part;
        }
        if (longest.empty()) return {};
        result.push_back(ascii_lower(longest));
    }
    return result;
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
    auto required = options.regex ? required_literals(pattern) : std::vector<std::string>{std::string{pattern}};
    if (options.ignore_case) {
        result.required_in_any_case_ = in_any_case(required);
    } else {
        result.required_ = std::move(required);
    }
    return result;
}

bool LinePattern::matches(std::string_view line) const {
    // Texts are found many times faster than any automaton runs.
    const auto holds = [line](const std::string& each) { return line.find(each) != std::string_view::npos; };
    if (!required_.empty() && std::none_of(required_.begin(), required_.end(), holds)) return false;
    return expression_ == nullptr || RE2::PartialMatch(re2::StringPiece{line.data(), line.size()}, *expression_);
}

}  // namespace flux::logs
