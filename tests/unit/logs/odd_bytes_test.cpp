#include "logs/odd_bytes.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

namespace flux::logs {
namespace {

/// In each way that this processor can.
std::vector<OddBytes> all_ways() {
    std::vector<OddBytes> ways{OddBytes{}};
    for (const auto way : {OddBytes::Way::words, OddBytes::Way::vectors, OddBytes::Way::packing}) {
        if (OddBytes::can(way)) ways.emplace_back(way);
    }
    return ways;
}

std::vector<std::uint32_t> found_in(std::string_view text, OddBytes& odd) {
    const auto places = odd.find(text);
    return {places.begin(), places.end()};
}

std::vector<std::uint32_t> counted_in(std::string_view text) {
    std::vector<std::uint32_t> places;
    for (std::uint32_t at = 0; at < text.size(); ++at) {
        if (is_odd(text[at])) places.push_back(at);
    }
    return places;
}

TEST(OddBytes, AreAllButPrintableAsciiAndTabs) {
    auto ways = all_ways();
    for (int value = 0; value < 256; ++value) {
        const bool plain = value == '\t' || (value >= ' ' && value <= '~');
        ASSERT_EQ(is_odd(static_cast<char>(value)), !plain) << value;
        // At every place of a block, and behind whole blocks.
        for (std::size_t at = 0; at < 150; ++at) {
            std::string text(150, '.');
            text[at] = static_cast<char>(value);
            const auto counted = counted_in(text);
            for (auto& way : ways) ASSERT_EQ(found_in(text, way), counted) << value << " at " << at;
        }
    }
}

TEST(OddBytes, AreFoundHoweverManyThereAre) {
    std::mt19937 random{1};
    auto ways = all_ways();
    for (const unsigned one_in : {1U, 2U, 7U, 60U, 5000U}) {
        for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 1000U, 16'383U, 16'384U, 16'385U, 70'001U}) {
            std::string text(size, 'x');
            for (auto& c : text) {
                if (random() % one_in == 0) c = '\n';
            }
            const auto counted = counted_in(text);
            for (auto& way : ways) {
                ASSERT_EQ(found_in(text, way), counted) << size << " bytes, one in " << one_in;
            }
        }
    }
}

}  // namespace
}  // namespace flux::logs
