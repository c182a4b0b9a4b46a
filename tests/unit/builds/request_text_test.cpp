#include "builds/request_text.hpp"

#include <gtest/gtest.h>

namespace flux::builds {
namespace {

CreateRequest request(Inputs inputs, std::string workflow = {}) {
    return {.branch = BranchName::parse("main").value(),
            .workflow = std::move(workflow),
            .inputs = std::move(inputs),
            .idempotency_key = {},
            .fresh = false,
            .dry_run = false,
            .principal = {}};
}

TEST(RequestText, IsTheSameForTheSameRequest) {
    EXPECT_EQ(request_text(request({{"a", "1"}, {"b", true}}), "deploy.yml"),
              request_text(request({{"b", true}, {"a", "1"}}, "deploy.yml"), "other.yml"));
}

TEST(RequestText, DiffersWhereTheRequestsDiffer) {
    const auto base = request_text(request({{"a", "1"}}), "deploy.yml");

    EXPECT_NE(base, request_text(request({{"a", "2"}}), "deploy.yml"));
    EXPECT_NE(base, request_text(request({{"a", 1.0}}), "deploy.yml"));
    EXPECT_NE(base, request_text(request({{"a", "1"}}), "other.yml"));
    EXPECT_NE(base, request_text(request({}), "deploy.yml"));
    EXPECT_NE(request_text(request({{"a", "b\n1:c"}}), "x"), request_text(request({{"a", "b"}, {"c", ""}}), "x"));
}

}  // namespace
}  // namespace flux::builds
