#include "logs/trouble.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux::logs {

namespace {

struct Row {
    const char* line;
    Level expected;
};

TEST(SpokenLevel, IsHowLoudALineIsByItsOwnWords) {
    const std::array rows{
        Row{"src/main.c:3:5: error: expected ';' before 'return'", Level::error},
        Row{"src/cart.ts(12,7): error TS2322: Type 'string' is not assignable to type 'number'.", Level::error},
        Row{"npm ERR! code E404", Level::error},
        Row{"E       assert 3 == 4", Level::error},
        Row{"make: *** [Makefile:3: all] Error 2", Level::error},
        Row{"#12 4.512 fatal: not a git repository", Level::error},
        Row{"  our-own-tool: the door could not be shut", Level::error},
        Row{"src/main.c:9:1: warning: unused variable 'x'", Level::warning},
        Row{"npm warn deprecated inflight@1.0.6: it leaks memory and is not supported", Level::warning},
        Row{"src/main.c:4:9: note: expanded from macro 'BAD'", Level::plain},
        Row{"0 errors, 0 failures", Level::plain},
        Row{"added 312 packages in 4s", Level::plain},
        Row{"  \xE2\x9C\x93 rejects a missing token (3 ms)", Level::plain},
        Row{"not ok 3 - adds # TODO", Level::plain},
        Row{"", Level::plain},
    };
    for (const auto& row : rows) EXPECT_EQ(spoken_level(row.line), row.expected) << row.line;
}

}  // namespace

}  // namespace flux::logs
