#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flux::providers::local {

/// Whether `path` (relative, with `/`) matches `pattern`: `*` and `?` within a name, `**` over directories, `[…]`
/// classes. Names that begin with a dot match like others.
bool matches_glob(std::string_view pattern, std::string_view path);

/// Lines of a `path:` input: patterns, those behind `!` take away again.
struct PathPatterns {
    struct Pattern {
        std::string text;  ///< relative to the workspace; no `.` or `..`; empty: the workspace itself
        bool excludes = false;
    };
    std::vector<Pattern> patterns;
    std::string refused;  ///< the first one that leads out of the workspace; empty: none

    /// `workspace` is what absolute patterns have to begin with; `~` and variables mean nothing.
    static PathPatterns parse(std::string_view lines, const std::string& workspace);

    /// Whether the file is meant: the last pattern that matches it, or a directory above it, decides.
    bool match(std::string_view path) const;
};

/// The part of a pattern in front of its first wildcard, up to a `/`: where a search can begin.
std::string literal_prefix(std::string_view pattern);

}  // namespace flux::providers::local
