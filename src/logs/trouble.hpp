#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "logs/line.hpp"
#include "logs/matcher.hpp"

namespace re2 {
class RE2;
}

namespace flux::logs {

// What a line says of trouble by itself, without those around it. All thread-safe, linear in the line's length.

/// Longer lines are looked at up to here: minified code and data have no messages further on.
inline constexpr std::size_t looked_at_for_trouble = 2000;
/// A warning is believed to be trouble only where a table gives it this weight: it explains failures.
inline constexpr int warning_believed_from = 85;

struct MatchedRow {
    const Matcher* matcher = nullptr;  ///< nullptr: no row matches
    const re2::RE2* expression = nullptr;
};

/// Of all tables' rows that match the text, the one that counts (matcher.hpp).
MatchedRow best_match(std::string_view text);

/// Words of trouble, for tools that no table knows.
bool sounds_like_trouble(std::string_view text);

/// `src/a.c:12: text`: how checks of a project's own name what they mind, often without a word of trouble.
bool names_a_place(std::string_view text);

bool is_a_warning(std::string_view text);

/// A tool's own closing word that says no more than the runner's exit code.
bool is_vague(std::string_view text);

/// What kind of trouble it is whoever says it: a service that refused somebody, or that couldn't be reached.
std::optional<FailureClass> refusal_in(std::string_view text);

/// The line without what wraps a tool's own words: indentation; the `#12 3.456 ` of a container build; the name of a
/// package, container or task that runs side by side with others (`web:build: `, `api-1  | `, `packages/a test: `,
/// `@a/b: `, `lib> `, `[0] `); what ssh actions and remotes put before a line.
std::string_view unwrapped(std::string_view text);

/// How loud a line without a runner's marker is by its own words: `error`, `warning` or `plain`. `line` is cleaned
/// (logs/line_cleaner).
Level spoken_level(std::string_view line);

}  // namespace flux::logs
