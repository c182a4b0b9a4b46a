#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux {
namespace {

TEST(Base64, WritesTheVectorsOfTheRfc) {
    struct Row {
        const char* bytes;
        const char* text;
    };
    const std::array rows{
        Row{"", ""},
        Row{"f", "Zg=="},
        Row{"fo", "Zm8="},
        Row{"foo", "Zm9v"},
        Row{"foob", "Zm9vYg=="},
        Row{"fooba", "Zm9vYmE="},
        Row{"foobar", "Zm9vYmFy"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(to_base64(row.bytes), row.text);
        EXPECT_EQ(from_base64(row.text), row.bytes);
    }
}

TEST(Base64, HasAnAlphabetForUrls) {
    const std::string bytes = "\xFB\xFF\xFE";

    EXPECT_EQ(to_base64(bytes), "+//+");
    EXPECT_EQ(to_base64url(bytes), "-__-");
    EXPECT_EQ(to_base64url("f"), "Zg");
    EXPECT_EQ(from_base64url("-__-"), bytes);
    EXPECT_EQ(from_base64url("+//+"), std::nullopt);
}

TEST(Base64, ReadsOneSpellingOnly) {
    for (const auto* text : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "====", "Z g=", "Zm9v\n"}) {
        EXPECT_EQ(from_base64(text), std::nullopt) << text;
    }
    for (const auto* text : {"Z", "Zh", "Zg==", "Zm9"}) EXPECT_EQ(from_base64url(text), std::nullopt) << text;
}

}  // namespace
}  // namespace flux
