#include "providers/github/link_header.hpp"

#include <gtest/gtest.h>

namespace flux::providers::github {
namespace {

TEST(NextPage, IsTheLinkWithThatRelation) {
    struct Row {
        const char* link;
        const char* next;
    };
    for (const auto& row : {
             Row{R"(<https://api.github.com/x?page=2>; rel="next", <https://api.github.com/x?page=5>; rel="last")",
                 "https://api.github.com/x?page=2"},
             Row{R"(<https://a/1>; rel="prev", <https://a/3>; rel="next")", "https://a/3"},
             Row{R"(<https://a/3>;rel=next)", "https://a/3"},
             Row{R"(<https://a/3>; title="a, b"; rel="last next")", "https://a/3"},
             Row{R"(<https://a/?q=1,2>; rel="next")", "https://a/?q=1,2"},
             Row{R"(<https://a/1>; rel="prev")", ""},
             Row{R"(<https://a/1>; rel="nextish")", ""},
             Row{"", ""},
             Row{"<https://a/1", ""},
             Row{"rel=\"next\"", ""},
         }) {
        EXPECT_EQ(next_page(row.link), row.next) << row.link;
    }
}

}  // namespace
}  // namespace flux::providers::github
