#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logs/masks.hpp"
#include "logs/odd_bytes.hpp"
#include "logs/secret_shapes.hpp"

namespace flux::logs {

/// What may stay of a log line's escape sequences.
enum class Escapes : std::uint8_t {
    none,     ///< for models and files
    colours,  ///< SGR (`ESC [ … m`) alone, for terminals and the page; a line that leaves one on ends with a reset
};

/// The one way from a line of a log as a program printed it to the line that anybody may see: every log, whoever made
/// it, goes through here before it is stored or shown.
///
/// UTF-16 that a program printed is decoded; of what carriage returns overwrote only the end is left; byte order marks,
/// escape sequences, NUL and control characters but tabs go; malformed UTF-8 becomes U+FFFD; characters that nobody
/// sees or that turn the reading direction are written out (`<U+202E>`); secrets become `***`, also where colours or
/// invisible characters stand inside them. The result has no line feed, is well-formed UTF-8, and cleaning it again
/// changes nothing.
///
/// Feed the lines in their order: private keys go over many of them. Linear; keeps a buffer of the size of the longest
/// line.
class LineCleaner {
public:
    struct Secrets {
        const Masks* known = nullptr;  ///< hidden by their value; outlives the cleaner; nullptr: none
        bool by_shape = true;          ///< also what looks like one
    };

    LineCleaner(Escapes keep, Secrets secrets) : keep_{keep}, secrets_{secrets} {}

    struct Line {
        std::string_view text;  ///< as asked for
        std::string_view bare;  ///< the same without colours
    };
    /// `line` without its line feed. The result lives until the next call, and as long as `line`.
    Line clean(std::string_view line);
    /// The same with what is known of `line` already (logs/line_splitter).
    Line clean(std::string_view line, const KnownOfLine& known) {
        const bool looks_for_secrets = secrets_.known != nullptr || secrets_.by_shape;
        if (known.odd.empty() && !looks_for_secrets) return {line, line};
        return clean_closer(line, known);
    }

    /// What secrets are looked for in: `line` without escapes, control and invisible characters.
    static std::string bare_text(std::string_view line);

    bool inside_key() const { return keys_.inside(); }
    void resume(bool inside_key) { keys_.resume(inside_key); }

private:
    /// What was taken out of the bare text, and where it goes back in.
    struct Insertion {
        std::size_t at = 0;
        std::string_view colour = {};  ///< of an SGR: what follows its `ESC [`; lives as long as the line
        std::string mark = {};         ///< else: what an invisible character is written out as
    };

    struct Simple {
        std::size_t taken = 0;   ///< of the line
        std::size_t length = 0;  ///< of what is left of that, in `simple_`
    };

    Line clean_closer(std::string_view line, const KnownOfLine& known);
    std::string_view take_apart(std::string_view line, KnownOfLine known);
    Simple take_simple(std::string_view shown, const KnownOfLine& known);
    void take_back();
    void take_invisible(std::string_view text, std::size_t& at);
    void find_secrets(std::string_view bare);
    void join(std::string_view bare, bool with_colours, std::string& result) const;

    Escapes keep_;
    Secrets secrets_;
    KeyBlocks keys_;
    OddBytes odd_;
    std::vector<char> simple_;  ///< keeps its size, as to fill it anew costs more than the line
    std::vector<char> padded_;
    std::string widened_;  ///< a line of UTF-16 as UTF-8
    std::string bare_;
    std::vector<Insertion> insertions_;
    std::vector<HiddenRange> hidden_;
    std::string text_;
    std::string shown_bare_;
};

/// The first place at or behind `from` in well-formed UTF-8 whose character is taken out or written out where a line is
/// cleaned, but for line feeds and what begins with ESC; the text's size where there is none. For text of many lines.
std::size_t next_unclean(std::string_view text, std::size_t from);

}  // namespace flux::logs
