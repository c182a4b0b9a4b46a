#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "logs/raw_log.hpp"

namespace flux::logs {

/// How often lines of the same shape occur among the lines `first` to `last` of a log (0-based, inclusive): progress,
/// downloads and passing tests repeat a shape; what explains a failure seldom does. Looks at the last `most_lines` of
/// them.
class LineShapes {
public:
    LineShapes(const RawLog& log, std::size_t first, std::size_t last);

    /// One of many that differ in numbers, hashes or a name only.
    bool is_common(std::size_t line) const { return count_of(line) >= common_from; }
    /// The only one of its shape.
    bool is_single(std::size_t line) const { return count_of(line) == 1; }

private:
    static constexpr std::size_t most_lines = 50'000;
    static constexpr std::uint32_t common_from = 8;

    std::uint32_t count_of(std::size_t line) const;

    const RawLog& log_;
    std::size_t first_;
    std::unordered_map<std::uint64_t, std::uint32_t> counts_;
};

/// A number that lines share which differ only in digits, in the words that hold digits, and in what is behind the
/// first 160 bytes.
std::uint64_t shape_of(std::string_view text);

using ShapeSet = std::unordered_set<std::uint64_t>;

/// The shapes of what programs printed in a log.
ShapeSet shapes_of_output(const RawLog& log);

}  // namespace flux::logs
