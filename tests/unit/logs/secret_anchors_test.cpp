#include "logs/secret_anchors.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

namespace flux::logs {
namespace {

/// By the word of its description, and without haste.
bool holds_one(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const auto& anchor : secret_anchors) {
            const auto behind = at + anchor.distance;
            if (behind < text.size() && text[at] == anchor.first && text[behind] == anchor.second) return true;
        }
    }
    return false;
}

TEST(SecretAnchors, AreFoundWhereverOneStands) {
    for (const auto& anchor : secret_anchors) {
        for (std::size_t size = 0; size < 75; ++size) {
            ASSERT_FALSE(has_secret_anchor(std::string(size, '.'))) << size;
            for (std::size_t at = 0; at < size; ++at) {
                std::string text(size, '.');
                text[at] = anchor.first;
                if (at + anchor.distance < size) text[at + anchor.distance] = anchor.second;
                ASSERT_EQ(has_secret_anchor(text), holds_one(text)) << text;
            }
        }
    }
}

TEST(SecretAnchors, AreNotFoundWhereTheirBytesOnlyLieAbout) {
    // Bytes of anchors, and bytes that share a half with them, mostly in places where they make none.
    std::string bytes;
    for (const auto& anchor : secret_anchors) {
        for (const char c : {anchor.first, anchor.second}) {
            bytes += c;
            bytes += static_cast<char>(c ^ 0x20);
            bytes += static_cast<char>(c ^ 0x01);
            bytes += static_cast<char>(c ^ 0x80);
        }
    }
    std::mt19937 random{5};
    std::size_t found = 0;
    for (int round = 0; round < 30'000; ++round) {
        // Kept in a buffer of its size, so that the address sanitizer sees what is read beyond it.
        std::string text(random() % 100, ' ');
        for (auto& c : text) {
            if (random() % 3 == 0) c = bytes[random() % bytes.size()];
        }
        const std::vector<char> alone(text.begin(), text.end());
        const bool has = has_secret_anchor({alone.data(), alone.size()});
        ASSERT_EQ(has, holds_one(text)) << testing::PrintToString(text);
        found += has ? 1 : 0;
    }
    // Both happened, and often.
    EXPECT_GT(found, 1000U);
    EXPECT_LT(found, 29'000U);
}

}  // namespace
}  // namespace flux::logs
