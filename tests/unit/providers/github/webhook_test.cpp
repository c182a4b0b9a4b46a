#include "providers/github/webhook.hpp"

#include <gtest/gtest.h>

namespace flux::providers::github {
namespace {

// docs.github.com, "Validating webhook deliveries".
const Secret secret{"It's a Secret to Everybody"};
constexpr std::string_view body = "Hello, World!";
constexpr std::string_view signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

TEST(IsSigned, TakesGitHubsOwnExample) { EXPECT_TRUE(is_signed(secret, body, signature)); }

TEST(IsSigned, RefusesEverythingElse) {
    EXPECT_FALSE(is_signed(secret, "Hello, World", signature));
    EXPECT_FALSE(is_signed(Secret{"other"}, body, signature));
    EXPECT_FALSE(is_signed(Secret{}, body, signature));
    for (std::size_t length = 0; length < signature.size(); ++length) {
        EXPECT_FALSE(is_signed(secret, body, signature.substr(0, length)));
    }
    for (std::size_t at = 0; at < signature.size(); ++at) {
        auto wrong = std::string{signature};
        wrong[at] = wrong[at] == '0' ? '1' : '0';
        EXPECT_FALSE(is_signed(secret, body, wrong)) << at;
    }
    EXPECT_FALSE(is_signed(secret, body, std::string{signature} + "0"));
}

TEST(RunOfEvent, FindsTheRun) {
    constexpr std::string_view repository = R"("repository":{"full_name":"Octo/Site"})";
    const auto event = [&](std::string_view inside) {
        return "{" + std::string{inside} + "," + std::string{repository} + "}";
    };

    EXPECT_EQ(run_of_event("workflow_run", event(R"("workflow_run":{"id":7})"), "octo/site"), 7);
    EXPECT_EQ(run_of_event("workflow_job", event(R"("workflow_job":{"id":1,"run_id":7})"), "octo/site"), 7);
    EXPECT_EQ(run_of_event("deployment_status", event(R"("workflow_run":{"id":7})"), "octo/site"), 7);
    EXPECT_EQ(run_of_event("deployment_status",
                           event(R"("deployment_status":{"log_url":"https://github.com/o/s/actions/runs/7/job/3"})"),
                           "octo/site"),
              7);
    EXPECT_FALSE(run_of_event("ping", event(R"("zen":"x")"), "octo/site"));
    EXPECT_FALSE(run_of_event("workflow_run", event(R"("workflow_run":{"id":7})"), "octo/other"));
    EXPECT_FALSE(run_of_event("workflow_run", event(R"("workflow_run":{"id":"7"})"), "octo/site"));
    EXPECT_FALSE(run_of_event("workflow_run", "not json", "octo/site"));
}

TEST(Deliveries, AreTakenOnce) {
    Deliveries deliveries;

    EXPECT_TRUE(deliveries.take("a"));
    EXPECT_FALSE(deliveries.take("a"));
    EXPECT_FALSE(deliveries.take(""));
    EXPECT_FALSE(deliveries.take(std::string(200, 'x')));
    for (int i = 0; i < 5000; ++i) EXPECT_TRUE(deliveries.take("x" + std::to_string(i)));
    EXPECT_TRUE(deliveries.take("a"));
}

}  // namespace
}  // namespace flux::providers::github
