#include "logs/stamp.hpp"

#include <gmock/gmock.h>

#include <string>

namespace flux::logs {
namespace {

void expect_equal(const Stamp& stamp, const Stamp& expected, const std::string& text) {
    ASSERT_EQ(stamp.length, expected.length) << text;
    ASSERT_EQ(stamp.usual, expected.usual) << text;
    ASSERT_EQ(stamp.time, expected.time) << text;
}

TEST(StampReader, ReadsWhatFollowsAStampAsIfItCameFirst) {
    const std::string usual = "2026-01-18T11:08:00.4183657Z ";
    // Each byte that there is at each place of the stamp: what differs a little must not pass for the same second.
    for (std::size_t at = 0; at < usual.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            auto text = usual + "x";
            text[at] = static_cast<char>(value);
            StampReader reader;
            reader.read(usual);
            expect_equal(reader.read(text), stamp_at(text), text);
        }
    }
}

TEST(StampReader, TakesNothingForTheSecondBeforeTheFirst) {
    StampReader reader;
    EXPECT_EQ(reader.read(std::string(19, '\0') + ".4183657Z x").length, 0U);
}

TEST(StampReader, ReadsEveryFractionOfASecond) {
    StampReader reader;
    for (unsigned ticks = 0; ticks < 10'000'000; ticks += 997) {
        auto digits = std::to_string(ticks);
        digits.insert(0, 7 - digits.size(), '0');
        const auto text = "2026-01-18T11:08:00." + digits + "Z";
        expect_equal(reader.read(text + " x"), stamp_at(text + " x"), text);
        expect_equal(reader.read(text), stamp_at(text), text);
    }
}

}  // namespace
}  // namespace flux::logs
