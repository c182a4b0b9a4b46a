#include "logs/problem_matchers.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "base/text.hpp"
#include "json/strict.hpp"

namespace flux::logs {

namespace {

namespace json = boost::json;

constexpr std::size_t most_matchers = 64;
constexpr std::size_t most_patterns = 128;  // of all matchers together
constexpr std::size_t longest_expression = 4096;
constexpr std::int64_t expression_memory = std::int64_t{1} << 20U;
constexpr std::size_t longest_value = 4096;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// The member as text; empty: it isn't there, or null.
Result<std::string> text_of(const json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return std::string{};
    if (!value->is_string()) return fail(Errc::invalid_argument, fmt::format("`{}` has to be a text.", name));
    return std::string{value->get_string()};
}

constexpr std::array meanings{
    std::pair{"file", &ProblemPattern::file},         std::pair{"fromPath", &ProblemPattern::from_path},
    std::pair{"line", &ProblemPattern::line},         std::pair{"column", &ProblemPattern::column},
    std::pair{"severity", &ProblemPattern::severity}, std::pair{"code", &ProblemPattern::code},
    std::pair{"message", &ProblemPattern::message},
};

/// Which group has which meaning. The groups of an expression that RE2 doesn't take are not counted.
Result<void> read_groups(const json::object& object, ProblemPattern& pattern) {
    const int groups = pattern.expression->ok() ? pattern.expression->NumberOfCapturingGroups() : 1000;
    for (const auto& [name, member] : meanings) {
        const auto* value = object.if_contains(name);
        if (value == nullptr || value->is_null()) continue;
        const auto* number = value->if_int64();
        if (number == nullptr || *number < 0 || *number > groups) {
            return fail(Errc::invalid_argument,
                        fmt::format("`{}` has to be the number of one of the expression's groups.", name));
        }
        pattern.*member = static_cast<int>(*number);
    }
    return {};
}

Result<ProblemPattern> read_pattern(const json::value& value, bool is_first, bool is_last) {
    const auto* object = value.if_object();
    if (object == nullptr) return fail(Errc::invalid_argument, "A pattern has to be an object.");
    const auto text = text_of(*object, "regexp");
    if (!text) return fail(text.error());
    if (text->size() > longest_expression) {
        return fail(Errc::too_large, fmt::format("An expression is longer than {} bytes.", longest_expression));
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(expression_memory);
    ProblemPattern pattern;
    pattern.expression = std::make_shared<const RE2>(piece(*text), options);
    if (const auto* loop = object->if_contains("loop"); loop != nullptr && !loop->is_null()) {
        if (!loop->is_bool()) return fail(Errc::invalid_argument, "`loop` has to be true or false.");
        pattern.loop = loop->get_bool();
    }
    if (auto read = read_groups(*object, pattern); !read) return fail(std::move(read.error()));
    if (pattern.loop && (is_first || !is_last)) {
        return fail(Errc::invalid_argument, "Only the last of several patterns may set `loop`.");
    }
    if (pattern.loop && !pattern.message) {
        return fail(Errc::invalid_argument, "A pattern with `loop` has to set `message`.");
    }
    return pattern;
}

/// Each meaning once, and a message.
Result<void> check_together(const std::vector<ProblemPattern>& patterns) {
    for (const auto& [name, member] : meanings) {
        const auto count =
            std::count_if(patterns.begin(), patterns.end(),
                          [field = member](const ProblemPattern& each) { return (each.*field).has_value(); });
        if (count > 1) return fail(Errc::invalid_argument, fmt::format("`{}` is set by two patterns.", name));
        if (count == 0 && member == &ProblemPattern::message) {
            return fail(Errc::invalid_argument, "One of the patterns has to set `message`.");
        }
    }
    return {};
}

Result<ProblemMatcher> read_matcher(const json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) return fail(Errc::invalid_argument, "Each of `problemMatcher` has to be an object.");
    ProblemMatcher matcher;
    for (const auto& [name, member] :
         {std::pair{"owner", &ProblemMatcher::owner}, std::pair{"severity", &ProblemMatcher::severity},
          std::pair{"fromPath", &ProblemMatcher::from_path}}) {
        auto text = text_of(*object, name);
        if (!text) return fail(std::move(text.error()));
        if (text->size() > longest_value) return fail(Errc::too_large, fmt::format("`{}` is too long.", name));
        matcher.*member = *std::move(text);
    }
    if (matcher.owner.empty()) return fail(Errc::invalid_argument, "A problem matcher has to have an `owner`.");
    const auto level = ascii_lower(matcher.severity);
    if (!level.empty() && level != "error" && level != "warning" && level != "notice") {
        return fail(Errc::invalid_argument,
                    fmt::format("`severity` of the matcher `{}` has to be error, warning or notice.", matcher.owner));
    }
    const auto* patterns = object->if_contains("pattern");
    if (patterns == nullptr || patterns->is_null()) return matcher;
    if (!patterns->is_array()) return fail(Errc::invalid_argument, "`pattern` has to be an array.");
    const auto& list = patterns->get_array();
    if (list.size() > most_patterns) return fail(Errc::too_large, "A problem matcher has too many patterns.");
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto pattern = read_pattern(list[i], i == 0, i + 1 == list.size());
        if (!pattern) {
            return fail(pattern.error().code, fmt::format("Pattern {} of the matcher `{}`: {}", i + 1, matcher.owner,
                                                          pattern.error().message));
        }
        matcher.patterns.push_back(*std::move(pattern));
    }
    if (matcher.patterns.empty()) return matcher;
    if (auto good = check_together(matcher.patterns); !good) {
        return fail(good.error().code, fmt::format("Matcher `{}`: {}", matcher.owner, good.error().message));
    }
    return matcher;
}

std::string value_of(const re2::StringPiece& group) {
    return std::string{trimmed(std::string_view{group.data(), group.size()}).substr(0, longest_value)};
}

int number_in(const std::optional<std::string>& text) {
    const auto number = text ? to_integer(*text) : std::nullopt;
    return number && *number > 0 && *number < 1'000'000'000 ? static_cast<int>(*number) : 0;
}

std::optional<Level> level_named(std::string_view severity) {
    const auto name = ascii_lower(severity);
    if (name.empty() || name == "error") return Level::error;
    if (name == "warning") return Level::warning;
    if (name == "notice") return Level::notice;
    return std::nullopt;
}

}  // namespace

Result<ProblemMatcherFile> read_problem_matchers(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    if (text.size() > max_problem_matcher_file) {
        return fail(Errc::too_large,
                    fmt::format("A file of problem matchers may have {} KiB.", max_problem_matcher_file / 1024));
    }
    constexpr flux::json::StrictLimits shallow{.depth = 16};
    if (auto good = flux::json::check_strictly(text, shallow); !good) return fail(std::move(good.error()));
    boost::system::error_code problem;
    const auto root = json::parse(json::string_view{text.data(), text.size()}, problem);
    if (problem) return fail(Errc::invalid_argument, "It is not JSON.");
    const auto* object = root.if_object();
    if (object == nullptr) return fail(Errc::invalid_argument, "It has to be an object with `problemMatcher`.");
    ProblemMatcherFile file;
    const auto* list = object->if_contains("problemMatcher");
    if (list == nullptr || list->is_null()) return file;
    if (!list->is_array()) return fail(Errc::invalid_argument, "`problemMatcher` has to be an array.");
    if (list->get_array().size() > most_matchers) return fail(Errc::too_large, "There are too many problem matchers.");
    for (const auto& each : list->get_array()) {
        auto matcher = read_matcher(each);
        if (!matcher) return fail(std::move(matcher.error()));
        const auto same = [&](const ProblemMatcher& other) { return equal_ignoring_case(other.owner, matcher->owner); };
        if (std::any_of(file.matchers.begin(), file.matchers.end(), same)) {
            return fail(Errc::invalid_argument, fmt::format("Two matchers have the owner `{}`.", matcher->owner));
        }
        const auto odd = std::find_if(matcher->patterns.begin(), matcher->patterns.end(),
                                      [](const ProblemPattern& pattern) { return !pattern.expression->ok(); });
        if (odd != matcher->patterns.end()) {
            file.refused.push_back(
                fmt::format("The problem matcher `{}` is left out: RE2 can't read its expression: {}.", matcher->owner,
                            odd->expression->error()));
            continue;
        }
        file.matchers.push_back(*std::move(matcher));
    }
    return file;
}

Result<void> ProblemMatchers::add(std::vector<ProblemMatcher> matchers) {
    std::vector<Active> all;
    for (auto& matcher : matchers) {
        const auto lines = matcher.patterns.size();
        if (lines > 0) all.push_back({std::move(matcher), std::vector<std::optional<Values>>(lines - 1)});
    }
    for (auto& active : matchers_) {
        const auto same = [&](const auto& other) { return equal_ignoring_case(other, active.matcher.owner); };
        const auto replaced = [&](const ProblemMatcher& other) { return same(other.owner); };
        const auto taken = [&](const Active& other) { return same(other.matcher.owner); };
        if (std::any_of(matchers.begin(), matchers.end(), replaced) || std::any_of(all.begin(), all.end(), taken))
            continue;
        all.push_back(active);
    }
    std::size_t patterns = 0;
    for (const auto& active : all) patterns += active.matcher.patterns.size();
    if (all.size() > most_matchers || patterns > most_patterns) {
        return fail(Errc::too_large, "There are too many problem matchers in this job.");
    }
    matchers_ = std::move(all);
    return {};
}

void ProblemMatchers::remove(std::string_view owner) {
    std::erase_if(matchers_, [&](const Active& active) { return equal_ignoring_case(active.matcher.owner, owner); });
}

void ProblemMatchers::forget() {
    for (auto& active : matchers_) std::fill(active.seen.begin(), active.seen.end(), std::nullopt);
}

std::optional<ProblemMatchers::Values> ProblemMatchers::match(Active& active, std::string_view line) {
    static constexpr std::array fields{
        std::pair{&ProblemPattern::file, &Values::file},
        std::pair{&ProblemPattern::from_path, &Values::from_path},
        std::pair{&ProblemPattern::line, &Values::line},
        std::pair{&ProblemPattern::column, &Values::column},
        std::pair{&ProblemPattern::severity, &Values::severity},
        std::pair{&ProblemPattern::code, &Values::code},
        std::pair{&ProblemPattern::message, &Values::message},
    };
    const auto& patterns = active.matcher.patterns;
    // Backwards, so that a line goes on with what the lines before it began, and not with what it begins itself.
    for (auto i = patterns.size(); i-- > 0;) {
        if (i > 0 && !active.seen[i - 1]) continue;
        const auto& pattern = patterns[i];
        const bool is_last = i + 1 == patterns.size();
        const auto groups = static_cast<std::size_t>(pattern.expression->NumberOfCapturingGroups()) + 1;
        std::vector<re2::StringPiece> found(groups);
        if (!pattern.expression->Match(piece(line), 0, line.size(), RE2::UNANCHORED, found.data(),
                                       static_cast<int>(groups))) {
            if (!is_last) {
                active.seen[i].reset();
            } else if (i > 0) {
                active.seen[i - 1].reset();
            }
            continue;
        }
        Values values = i > 0 ? *active.seen[i - 1] : Values{};
        for (const auto& [group, value] : fields) {
            if (pattern.*group && !(values.*value))
                values.*value = value_of(found[static_cast<std::size_t>(*(pattern.*group))]);
        }
        if (!is_last) {
            active.seen[i] = std::move(values);
            continue;
        }
        auto running = pattern.loop ? std::move(active.seen[i - 1]) : std::nullopt;
        std::fill(active.seen.begin(), active.seen.end(), std::nullopt);
        if (running) active.seen[i - 1] = std::move(running);
        return values;
    }
    return std::nullopt;
}

std::optional<Problem> ProblemMatchers::look_at(std::string_view line) {
    for (auto& active : matchers_) {
        auto values = match(active, line);
        if (!values) continue;
        for (auto& other : matchers_) {
            if (&other != &active) std::fill(other.seen.begin(), other.seen.end(), std::nullopt);
        }
        const auto severity = values->severity.value_or(std::string{});
        const auto level = level_named(severity.empty() ? active.matcher.severity : severity);
        if (!level || values->message.value_or(std::string{}).empty()) continue;
        Problem problem;
        problem.level = *level;
        problem.message = *std::move(values->message);
        problem.code = std::move(values->code).value_or(std::string{});
        problem.file = std::move(values->file).value_or(std::string{});
        problem.from_path = std::move(values->from_path).value_or(std::string{});
        if (problem.from_path.empty()) problem.from_path = active.matcher.from_path;
        problem.line = number_in(values->line);
        problem.column = number_in(values->column);
        return problem;
    }
    return std::nullopt;
}

}  // namespace flux::logs
