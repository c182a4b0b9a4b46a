#include "mcp/codec.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace flux::mcp {
namespace {

/// The places are of the last message that was read.
tl::expected<Message, NoMessage> read(std::string_view text) {
    static json::Places places;
    return read_message(*read_json(text, places, {}));
}

TEST(Codec, ReadsTheThreeKindsOfMessages) {
    const std::string text = R"({"jsonrpc":"2.0","id":7,"method":"a","params":{"x":1,"_meta":{"y":2}},"more":[]})";
    const auto request = std::get<Request>(*read(text));
    EXPECT_EQ(request.id.json, "7");
    EXPECT_EQ(request.method, "a");
    EXPECT_EQ(request.params.member("x").text(), "1");
    EXPECT_EQ(request.meta.text(), R"({"y":2})");

    const auto notification = std::get<Notification>(*read(R"({"jsonrpc":"2.0","method":"n"})"));
    EXPECT_EQ(notification.method, "n");
    EXPECT_TRUE(notification.params.absent());

    EXPECT_TRUE(std::holds_alternative<Response>(*read(R"({"jsonrpc":"2.0","id":1,"result":{}})")));
    EXPECT_TRUE(std::holds_alternative<Response>(*read(R"({"jsonrpc":"2.0","id":1,"error":{}})")));
}

TEST(Codec, KeepsTheValueAndTheTypeOfAnId) {
    struct Row {
        const char* text;
        std::optional<std::string> json;
    };
    const std::array rows{
        Row{"7", "7"},
        Row{"-3", "-3"},
        Row{"7.0", "7"},
        Row{"9007199254740993", "9007199254740993"},
        Row{R"("7")", R"("7")"},
        Row{R"("")", R"("")"},
        Row{R"("a\u0062")", R"("ab")"},
        Row{R"("\"")", R"("\"")"},
        Row{"1.5", {}},
        Row{"1e300", {}},
        Row{"null", {}},
        Row{"true", {}},
        Row{"{}", {}},
        Row{"[1]", {}},
    };
    for (const auto& row : rows) {
        const auto id = read_id(json::Raw{row.text});
        EXPECT_EQ(id ? std::optional{id->json} : std::nullopt, row.json) << row.text;
    }
    EXPECT_FALSE(read_id(json::Raw{"\"" + std::string(600, 'x') + "\""}));
}

TEST(Codec, SaysWhatKeepsJsonFromBeingAMessage) {
    struct Row {
        const char* name;
        const char* text;
        int code;
        const char* id;
        bool answered;
    };
    const std::array rows{
        Row{"a number", "1", -32600, "", true},
        Row{"an empty object", "{}", -32600, "", true},
        Row{"another version", R"({"jsonrpc":"1.0","id":1,"method":"ping"})", -32600, "1", true},
        Row{"a version that is a number", R"({"jsonrpc":2.0,"id":1,"method":"ping"})", -32600, "1", true},
        Row{"no version in a notification", R"({"method":"n"})", -32600, "", false},
        Row{"a method that is a number", R"({"jsonrpc":"2.0","id":"a","method":7})", -32600, "\"a\"", true},
        Row{"an id of null", R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600, "", true},
        Row{"a fractional id", R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", -32600, "", true},
        Row{"params that are a list", R"({"jsonrpc":"2.0","id":1,"method":"m","params":[]})", -32602, "1", true},
        Row{"the same in a notification", R"({"jsonrpc":"2.0","method":"m","params":[]})", -32602, "", false},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);

        const auto message = read(row.text);

        ASSERT_FALSE(message);
        EXPECT_EQ(message.error().error.code, row.code);
        EXPECT_EQ(message.error().id.json, row.id);
        EXPECT_EQ(message.error().answered, row.answered);
    }
}

TEST(Codec, TakesParamsOfNullAsNone) {
    EXPECT_TRUE(std::get<Request>(*read(R"({"jsonrpc":"2.0","id":1,"method":"m","params":null})")).params.absent());
}

TEST(Codec, LimitsSizeAndDepth) {
    const CodecLimits limits{.message_bytes = 20, .depth = 2};
    json::Places places;

    EXPECT_EQ(read_json(std::string(21, ' '), places, limits).error().code, -32600);
    EXPECT_EQ(read_json("[[[]]]", places, limits).error().code, -32700);
    EXPECT_EQ(read_json("{", places, limits).error().code, -32700);
    EXPECT_TRUE(read_json("[[1]]", places, limits));
}

TEST(Codec, WritesMessages) {
    std::string result;
    write_result(result, {"\"a\""}, "{}");
    EXPECT_EQ(result, R"({"jsonrpc":"2.0","id":"a","result":{}})");

    std::string error;
    write_error(error, {"1"}, {.code = -32000, .message = "no \"turn\"", .data = R"({"a":1})"});
    EXPECT_EQ(error, R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no \"turn\"","data":{"a":1}}})");

    std::string without;
    write_error(without, {}, {.code = -32700, .message = "m"});
    EXPECT_EQ(without, R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"m"}})");

    std::string null;
    write_error(null, {}, {.code = -32700, .message = "m"}, UnknownId::null);
    EXPECT_EQ(null, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}})");

    std::string notification;
    write_notification(notification, "n", "{}");
    EXPECT_EQ(notification, R"({"jsonrpc":"2.0","method":"n","params":{}})");
}

}  // namespace
}  // namespace flux::mcp
