#pragma once

#include <cstdint>
#include <span>

namespace flux::logs {

/// What kind of trouble it is, by what a reader would do about it.
enum class FailureClass : std::uint8_t {
    compile,
    type,
    lint,
    test,
    dependency,
    network,
    auth,
    permission,
    missing_secret,
    config,
    workflow,
    deprecated_action,
    out_of_memory,
    disk_full,
    timeout,
    cancelled,
    runner_lost,
    deploy,
    unknown,
};

const char* name_of(FailureClass kind);

/// A line by which a tool says what went wrong: data, one table for each family of tools under `matchers/`.
struct Matcher {
    const char* tool;
    FailureClass kind;
    /// How much a match alone explains, 1 to 100: a compiler's error with its place 90, a summary such as "2 failed"
    /// 40, what only repeats that something failed 10.
    int weight;
    int before;  ///< lines of context that belong to it
    int after;
    /// RE2; the named groups `file`, `line`, `col`, `code` and `message` are taken over where present.
    const char* pattern;
};

/// All tables, most specific first; the first that matches a line wins. Static, thread-safe.
std::span<const Matcher> all_matchers();

}  // namespace flux::logs
