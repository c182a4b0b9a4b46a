#include "logs/masks.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "base/base64.hpp"

namespace flux::logs {
namespace {

using Added = Masks::Added;

TEST(Masks, HideASecretInItsUsualDisguises) {
    Masks masks;
    ASSERT_EQ(masks.add("p@ss \"w&rd\"/end"), Added::hidden);
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

TEST(Masks, HideASecretInEveryBase64ThatHoldsIt) {
    Masks masks;
    ASSERT_EQ(masks.add("s3cr3t/pass>word?"), Added::hidden);
    // user:s3cr3t/pass>word? with none, one and two bytes before it; with more behind it; in the alphabet for URLs.
    for (const std::string text :
         {"czNjcjN0L3Bhc3M+d29yZD8=", "YXMzY3IzdC9wYXNzPndvcmQ/",
          "YWFzM2NyM3QvcGFzcz53b3JkPw==", "czNjcjN0L3Bhc3M+d29yZD8K", "czNjcjN0L3Bhc3M-d29yZD8"}) {
        EXPECT_TRUE(masks.occurs_in(text)) << text;
    }
}

TEST(Masks, HideASecretInTheBase64ThatPowerShellMakes) {
    Masks masks;
    ASSERT_EQ(masks.add("s3cr3t-\xC3\xA4\xF0\x9F\x94\x91"), Added::hidden);
    // Of UTF-16: alone, and in `echo s3cr3t-…`.
    EXPECT_EQ(masks.apply("cwAzAGMAcgAzAHQALQDkAD3YEd0="), "***=");
    EXPECT_TRUE(masks.occurs_in("ZQBjAGgAbwAgAHMAMwBjAHIAMwB0AC0A5AA92BHd"));
}

TEST(Masks, HideTheLinesInWhichALongSecretIsEncoded) {
    std::string secret;
    for (int i = 0; i < 20; ++i) secret += "part" + std::to_string(i * 7919) + ";";
    Masks masks;
    ASSERT_EQ(masks.add(secret), Added::hidden);
    const auto encoded = to_base64(secret + "\n");
    for (const std::size_t width : {76U, 64U}) {
        for (std::size_t at = 0; at + width <= encoded.size(); at += width) {
            const auto line = encoded.substr(at, width);
            EXPECT_EQ(masks.apply(line), "***") << line;
        }
    }
}

/// The six-character pieces of `inside` that can still be seen in `text`.
std::string seen_of(std::string_view inside, std::string_view text) {
    for (std::size_t i = 0; i + 6 <= inside.size(); ++i) {
        if (text.find(inside.substr(i, 6)) != std::string_view::npos) return std::string{inside.substr(i, 6)};
    }
    return {};
}

TEST(Masks, HideWhatLinesOfBase64HoldOfASecretWhateverStandsInFrontOfIt) {
    const std::string one = "gh-token-9f8e7d6c5b4a-Zq!";
    std::string codes;
    for (int i = 10; i < 40; ++i) codes += std::to_string(i * i % 89 + 10) + "\n";
    for (const auto& secret : {one, one + "/1" + one + "+2" + one + "=3" + one + "&4" + one, codes}) {
        Masks masks;
        ASSERT_EQ(masks.add(secret), Added::hidden);
        const auto inner = secret.substr(0, secret.find_last_not_of('\n') + 1);
        for (std::size_t before = 0; before < 120; ++before) {
            const auto encoded = to_base64(std::string(before, '~') + secret + std::string(before % 4, '~'));
            // Of the groups that hold nothing else.
            const auto first = (before + 2) / 3 * 4;
            const auto inside = std::string_view{encoded}.substr(first, (before + inner.size()) / 3 * 4 - first);
            for (const std::size_t width : {76U, 64U, 60U, 72U, 20U}) {
                for (const auto& [left, right] : {std::pair{"", ""}, std::pair{"  - \"", "\" | base64 -d"},
                                                  std::pair{"key: ", "</data>"}, std::pair{"{\"a\": \"~~", "\\n"}}) {
                    std::string as_string;
                    for (std::size_t at = 0; at < encoded.size(); at += width) {
                        const auto line = encoded.substr(at, width);
                        as_string += line + "\\n";
                        ASSERT_EQ(seen_of(inside, masks.apply(left + line + right)), "") << before << ' ' << width;
                    }
                    ASSERT_EQ(seen_of(inside, masks.apply(left + as_string + right)), "") << before << ' ' << width;
                }
            }
        }
    }
}

TEST(Masks, HidePartsInBrokenBase64OfOtherKinds) {
    const std::string secret = "sk?>live?>0123456789?>abcdefghij?>ABCDEFGHIJ?>Zz?>9";
    Masks masks;
    ASSERT_EQ(masks.add(secret), Added::hidden);

    auto url = to_base64(std::string(41, '?') + secret);
    const auto inside = url.substr(56);
    for (std::size_t at = 0; at < url.size(); at += 76) {
        auto line = url.substr(at, 76);
        for (char& c : line) c = c == '+' ? '-' : c == '/' ? '_' : c;
        auto shown = masks.apply(line);
        for (char& c : shown) c = c == '-' ? '+' : c == '_' ? '/' : c;
        EXPECT_EQ(seen_of(inside, shown), "") << line;
    }

    std::string wide;
    for (const char c : "$p = '" + secret + "'") wide += {c, '\0'};
    const auto command = to_base64(wide);
    for (std::size_t at = 0; at < command.size(); at += 76) {
        EXPECT_EQ(
            seen_of(std::string_view{command}.substr(16, command.size() - 24), masks.apply(command.substr(at, 76))),
            "");
    }
}

TEST(Masks, HidePartsInTheLinesOfATextOfMany) {
    const std::string secret = "gh-token-9f8e7d6c5b4a-Zq!";
    Masks masks;
    ASSERT_EQ(masks.add(secret), Added::hidden);
    const auto encoded = to_base64(std::string(45, '~') + secret);
    EXPECT_EQ(masks.apply(encoded.substr(0, 76) + "\n" + encoded.substr(76) + "\n"),
              encoded.substr(0, 60) + "***\n***==\n");
}

TEST(Masks, TakeNoWordForAPartOfASecret) {
    Masks masks;
    ASSERT_EQ(masks.add("gh-token-9f8e7d6c5b4a-Zq!"), Added::hidden);
    // The front of a part of its rest, and a line that ends in less than two groups of its front.
    EXPECT_EQ(masks.apply("tb2tlb and Z2gt"), "tb2tlb and Z2gt");
}

TEST(Masks, SayWhereThereIsNoRoomForEveryForm) {
    Masks masks;
    auto added = Added::hidden;
    std::string secret(32 * 1024, ' ');
    std::mt19937 random{1};
    for (int i = 0; i < 100 && added == Added::hidden; ++i) {
        for (char& c : secret) c = static_cast<char>('!' + random() % 90);
        added = masks.add(secret);
    }
    EXPECT_EQ(added, Added::no_room);
    EXPECT_EQ(masks.apply("a " + secret + " b"), "a *** b");
}

TEST(Masks, HideASecretInHexAndInTheJsonOfOtherTools) {
    Masks masks;
    ASSERT_EQ(masks.add("a<b>/c&d"), Added::hidden);

    EXPECT_EQ(masks.apply("613c623e2f632664 613C623E2F632664"), "*** ***");
    EXPECT_EQ(masks.apply(R"(a\u003cb\u003e/c\u0026d a<b>\/c&d)"), "*** ***");
    EXPECT_EQ(masks.apply("a%3cb%3e%2fc%26d a%3Cb%3E/c%26d"), "*** ***");
}

TEST(Masks, HideTenThousandSecrets) {
    Masks masks;
    for (int i = 0; i < 10'000; ++i) ASSERT_EQ(masks.add("secret-number-" + std::to_string(i)), Added::hidden);

    EXPECT_EQ(masks.apply("a secret-number-9999 b secret-number-1 c"), "a *** b *** c");
    EXPECT_EQ(masks.apply("secret-number-x"), "secret-number-x");
}

TEST(Masks, HideEachLineOfASecret) {
    Masks masks;
    masks.add("-----BEGIN\nabcdef\n12\n");

    EXPECT_EQ(masks.apply("x abcdef y"), "x *** y");
    EXPECT_EQ(masks.apply("12"), "12");
}

TEST(Masks, IgnoreWhatWouldBlackenTheWholeLog) {
    Masks masks;

    EXPECT_EQ(masks.add("a"), Added::too_short);
    EXPECT_EQ(masks.add("  \n"), Added::too_short);
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
}  // namespace flux::logs
