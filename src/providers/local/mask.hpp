#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flux::providers::local {

/// The texts that must not appear in a log, and all the ways in which tools write them. Not thread-safe.
class Masks {
public:
    /// Hides `secret`, each of its lines, and their encodings (base64 at every shift, JSON, URI, XML, quoted forms).
    /// What is shorter than 3 characters would blacken the whole log and is ignored: then false.
    bool add(std::string_view secret);

    bool empty() const { return texts_.empty(); }
    /// `text` with everything hidden replaced by `***`; the longest match counts, what overlaps becomes one.
    std::string apply(std::string_view text) const;
    bool occurs_in(std::string_view text) const;

    /// The last place at or before `at` where `text` can be cut without cutting through a hidden text, seen or begun.
    std::size_t safe_cut(std::string_view text, std::size_t at) const;

private:
    struct Range {
        std::size_t begin;
        std::size_t end;
    };
    std::vector<Range> ranges_in(std::string_view text) const;
    void add_text(std::string text);

    std::vector<std::string> texts_;
    std::size_t longest_ = 0;
};

}  // namespace flux::providers::local
