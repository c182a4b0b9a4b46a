#include "logs/trouble.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>

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

TEST(Refusal, IsOfWhoeverSaysIt) {
    struct Refused {
        const char* line;
        std::optional<FailureClass> expected;
    };
    const std::array rows{
        Refused{"Response status code does not indicate success: 401 (Unauthorized).", FailureClass::auth},
        Refused{"AADSTS700213: No matching federated identity record found", FailureClass::auth},
        Refused{"npm error code E401", FailureClass::auth},
        Refused{"an error occurred while publishing @a/b: E403 403 Forbidden - PUT https://r.example.org/@a%2fb",
                FailureClass::permission},
        Refused{"failed to push r.example.org/a:1: denied: permission_denied: write_package", FailureClass::permission},
        Refused{"toomanyrequests: You have reached your unauthenticated pull rate limit.", FailureClass::network},
        Refused{"dial tcp 192.0.2.7:443: i/o timeout", FailureClass::network},
        Refused{"src/http/status.ts:401:7: unused", std::nullopt},
        Refused{"403 tests were skipped", std::nullopt},
        Refused{"./run.sh: Permission denied", std::nullopt},
    };
    for (const auto& row : rows) EXPECT_EQ(refusal_in(row.line), row.expected) << row.line;
}

TEST(VagueWords, SayNoMoreThanTheExitCode) {
    for (const auto* line :
         {"Docker run failed with exit code 1", "Too many retries. Aborting...", "non-zero exit code",
          "Terraform exited with code 3.", "Error: The process '/usr/local/bin/pnpm' failed with exit code 1",
          "One or more containers failed to start.", "Failed to initialize container postgres:16", "Build failed"}) {
        EXPECT_TRUE(is_vague(line)) << line;
    }
    for (const auto* line : {"Too many retries for https://example.org/a", "HTTPError: 400 Bad Request",
                             "error: linker `cc` failed: exit status 1 because libpq is missing"}) {
        EXPECT_FALSE(is_vague(line)) << line;
    }
}

}  // namespace

}  // namespace flux::logs
