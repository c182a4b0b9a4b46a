#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace flux::bench {

/// Counts of times in buckets that grow with what they hold: within 1.6 % from a nanosecond to minutes, in a fixed 20
/// KiB.
class Latencies {
public:
    void add(std::uint64_t nanoseconds) {
        ++counts_[std::min(bucket_of(nanoseconds), counts_.size() - 1)];
        ++all_;
    }

    std::uint64_t count() const { return all_; }

    /// The time in microseconds that `share` of all are not above.
    double microseconds_at(double share) const {
        const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(all_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen > wanted || seen == all_) return middle_of(i) / 1000;
        }
        return 0;
    }

private:
    static constexpr std::size_t parts = 64;  // of each power of two

    static std::size_t bucket_of(std::uint64_t value) {
        if (value < parts) return value;
        const std::size_t power = std::bit_width(value) - 7;
        return (power + 1) * parts + (value >> power) - parts;
    }

    static double middle_of(std::size_t bucket) {
        if (bucket < parts) return static_cast<double>(bucket);
        const auto power = bucket / parts - 1;
        return (static_cast<double>(bucket % parts + parts) + 0.5) * static_cast<double>(std::uint64_t{1} << power);
    }

    std::array<std::uint32_t, parts * 40> counts_{};
    std::uint64_t all_ = 0;
};

}  // namespace flux::bench
