#include "mcp/uri_template.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <stdexcept>

namespace flux::mcp {
namespace {

using Values = std::map<std::string, std::string>;

std::optional<Values> match(const char* text, const char* uri) {
    const auto found = UriTemplate{text}.match(uri);
    if (!found) return {};
    Values values;
    for (const auto& [name, value] : *found) values[name] = value;
    return values;
}

TEST(UriTemplate, ReadsWhatAUriSays) {
    struct Row {
        const char* text;
        const char* uri;
        std::optional<Values> values;
    };
    const std::array rows{
        Row{"flux://runs", "flux://runs", Values{}},
        Row{"flux://runs", "flux://runs/", {}},
        Row{"flux://runs", "flux://run", {}},
        Row{"flux://runs/{id}", "flux://runs/7", Values{{"id", "7"}}},
        Row{"flux://runs/{id}", "flux://runs/", {}},
        Row{"flux://runs/{id}", "flux://runs/7/logs", {}},
        Row{"flux://runs/{id}", "flux://runs/7?x=1", {}},
        Row{"flux://runs/{id}", "flux://runs/a%2Fb%20c", Values{{"id", "a/b c"}}},
        Row{"flux://runs/{id}", "flux://runs/%2", {}},
        Row{"flux://runs/{id}", "flux://runs/%zz", {}},
        Row{"flux://runs/{id}", "flux://runs/%ff", {}},
        Row{"flux://runs/{id}/logs/{job}", "flux://runs/7/logs/build", Values{{"id", "7"}, {"job", "build"}}},
        Row{"flux://runs/{id}/logs/{job}", "flux://runs/7/log/build", {}},
        Row{"flux://w{?branch}", "flux://w", Values{}},
        Row{"flux://w{?branch}", "flux://w?", Values{}},
        Row{"flux://w{?branch}", "flux://w?branch=a%26b", Values{{"branch", "a&b"}}},
        Row{"flux://w{?branch}", "flux://w?branch=", Values{{"branch", ""}}},
        Row{"flux://w{?branch}", "flux://w?brunch=a", {}},
        Row{"flux://w{?branch}", "flux://w?branch=a&branch=b", {}},
        Row{"flux://w{?branch}", "flux://w?branch", {}},
        Row{"flux://w/{file}{?a,b}", "flux://w/x.yml?b=2&a=1", Values{{"file", "x.yml"}, {"a", "1"}, {"b", "2"}}},
    };
    for (const auto& row : rows) EXPECT_EQ(match(row.text, row.uri), row.values) << row.text << " " << row.uri;
}

TEST(UriTemplate, RefusesWhatCouldBeReadInTwoWays) {
    for (const auto* text : {"a/{b", "a/{b}{c}", "a/{b}c", "a/{}", "a/{+b}", "a/{b*}", "a{?b}/c", "a{?}", "a{?b,}"}) {
        EXPECT_THROW(UriTemplate{text}, std::invalid_argument) << text;
    }
}

TEST(UriTemplate, NamesItsVariables) {
    const UriTemplate text{"flux://w/{file}{?branch}"};

    EXPECT_EQ(text.variables(), (std::vector<std::string>{"file", "branch"}));
    EXPECT_FALSE(UriTemplate{"flux://runs"}.has_variables());
}

TEST(PercentEncoded, SurvivesTheWayBack) {
    for (const auto* text : {"plain-1.2_~", "a/b c?d#e&f=%", "\xC3\xBC"}) {
        const auto uri = "x://" + percent_encoded(text);
        EXPECT_EQ(match("x://{v}", uri.c_str()), (Values{{"v", text}}));
    }
}

}  // namespace
}  // namespace flux::mcp
