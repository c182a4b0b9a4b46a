#include "providers/local/mask.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux::providers::local {
namespace {

TEST(Masks, HideASecretInItsUsualDisguises) {
    Masks masks;
    ASSERT_TRUE(masks.add("p@ss \"w&rd\"/end"));
    struct Row {
        const char* name;
        const char* text;
        const char* masked;
    };
    const std::array rows{
        Row{"plain", "a p@ss \"w&rd\"/end b", "a *** b"},
        Row{"twice", "p@ss \"w&rd\"/endp@ss \"w&rd\"/end", "******"},
        Row{"JSON", R"({"x":"p@ss \"w&rd\"/end"})", R"({"x":"***"})"},
        Row{"URI", "?x=p%40ss%20%22w%26rd%22%2Fend", "?x=***"},
        Row{"form", "x=p%40ss+%22w%26rd%22%2Fend", "x=***"},
        Row{"XML", "<a>p@ss &quot;w&amp;rd&quot;/end</a>", "<a>***</a>"},
        Row{"base64", "cEBzcyAidyZyZCIvZW5k", "***"},
        Row{"PowerShell's part", "at p@ss \"w", "at ***"},
        Row{"other text", "p@ss", "p@ss"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_EQ(masks.apply(row.text), row.masked);
    }
}

TEST(Masks, HideEachLineOfASecret) {
    Masks masks;
    masks.add("-----BEGIN\nabcdef\n12\n");

    EXPECT_EQ(masks.apply("x abcdef y"), "x *** y");
    EXPECT_EQ(masks.apply("12"), "12");
}

TEST(Masks, IgnoreWhatWouldBlackenTheWholeLog) {
    Masks masks;

    EXPECT_FALSE(masks.add("a"));
    EXPECT_FALSE(masks.add("  \n"));
    EXPECT_TRUE(masks.empty());
}

TEST(Masks, MergeWhatOverlaps) {
    Masks masks;
    masks.add("abcd");
    masks.add("cdef");

    EXPECT_EQ(masks.apply("-abcdef-"), "-***-");
}

TEST(Masks, CutNowhereInASecret) {
    Masks masks;
    masks.add("secret");

    EXPECT_LE(masks.safe_cut("xxsecretxxxxxxxxx", 5), 2U);
    EXPECT_LE(masks.safe_cut("xxxxxxsecr", 10), 6U);
}

}  // namespace
}  // namespace flux::providers::local
