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
    const char* tool;  ///< empty: the wording is nobody's own
    FailureClass kind;
    /// How much a match alone explains, 1 to 100: a compiler's error with its place 90, a summary such as "2 failed"
    /// 40, what only repeats that something failed 10.
    int weight;
    int before;  ///< lines of context that belong to it
    int after;
    /// RE2; the named groups `file`, `line`, `col`, `code`, `message` and `test` (the failed test's name) are taken
    /// over where present; `line2` and `col2` serve where two branches of one expression name a place.
    const char* pattern;
};

/// All tables. Of the rows that match a line the weightiest wins, among equals the first; but a row below 40 that
/// stands first wins over broader ones behind it. Static, thread-safe.
std::span<const Matcher> all_matchers();

}  // namespace flux::logs
