#include "mcp/param_headers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <stdexcept>

namespace flux::mcp {
namespace {

constexpr const char* schema =
    R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},)"
    R"("deep":{"type":"object","properties":{"count":{"type":"integer","x-mcp-header":"Count"}}},)"
    R"("loud":{"type":"boolean","x-mcp-header":"Loud"},"free":{"type":"string"}}})";

int code(const std::string& arguments, const std::map<std::string, std::string>& sent) {
    HttpFacts facts;
    facts.header = [&sent](std::string_view name) -> std::optional<std::string_view> {
        const auto found = sent.find(std::string{name});
        if (found == sent.end()) return {};
        return found->second;
    };
    const auto error = ParamHeaders{schema}.check(json::Raw{arguments}, facts);
    return error ? error->code : 0;
}

TEST(ParamHeaders, HaveToSayWhatTheBodySays) {
    struct Row {
        const char* name;
        const char* arguments;
        std::map<std::string, std::string> sent;
        int code;
    };
    const std::array rows{
        Row{"nothing to repeat", R"({"free":"x"})", {}, 0},
        Row{"a text", R"({"region":"us"})", {{"mcp-param-region", " us "}}, 0},
        Row{"a text in Base64", R"({"region":"\u00fc"})", {{"mcp-param-region", "=?base64?w7w=?="}}, 0},
        Row{"broken Base64", R"({"region":"\u00fc"})", {{"mcp-param-region", "=?base64?w7w?="}}, -32020},
        Row{"what only looks like it", R"({"region":"w7w="})", {{"mcp-param-region", "w7w="}}, 0},
        Row{"another text", R"({"region":"us"})", {{"mcp-param-region", "eu"}}, -32020},
        Row{"another letter case", R"({"region":"us"})", {{"mcp-param-region", "US"}}, -32020},
        Row{"none", R"({"region":"us"})", {}, -32020},
        Row{"a number", R"({"deep":{"count":7}})", {{"mcp-param-count", "7"}}, 0},
        Row{"a number in another spelling", R"({"deep":{"count":7.0}})", {{"mcp-param-count", "007"}}, 0},
        Row{"another number", R"({"deep":{"count":7}})", {{"mcp-param-count", "8"}}, -32020},
        Row{"a truth", R"({"loud":true})", {{"mcp-param-loud", "true"}}, 0},
        Row{"another truth", R"({"loud":true})", {{"mcp-param-loud", "false"}}, -32020},
        Row{"null", R"({"region":null})", {}, 0},
        Row{"null with a header", R"({"region":null})", {{"mcp-param-region", "us"}}, -32020},
    };
    for (const auto& row : rows) EXPECT_EQ(code(row.arguments, row.sent), row.code) << row.name;
}

TEST(ParamHeaders, RefuseAnnotationsThatClientsWouldRefuse) {
    for (const auto* property :
         {R"("a":{"type":"number","x-mcp-header":"A"})", R"("a":{"type":"string","x-mcp-header":""})",
          R"("a":{"type":"string","x-mcp-header":"A B"})", R"("a":{"type":"string","x-mcp-header":7})",
          R"("a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"})"}) {
        const auto text = R"({"properties":{)" + std::string{property} + "}}";
        EXPECT_THROW(ParamHeaders{text}, std::invalid_argument) << property;
    }
    EXPECT_TRUE(ParamHeaders{R"({"type":"object"})"}.empty());
}

}  // namespace
}  // namespace flux::mcp
