// A request whose head repeats what its body says: `MCP-Protocol-Version`, `Mcp-Method`, `Mcp-Name`, `Mcp-Param-*`, as
// text or as Base64. A tool runs only where head and body say the same; what a client writes by the rules is never
// refused.
#include <array>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "json/raw.hpp"
#include "json/strict.hpp"
#include "mcp/codec.hpp"
#include "mcp/server.hpp"
#include "transport/http_request.hpp"
#include "transport/streamable_http.hpp"
#include "transport/target.hpp"

namespace flux {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

class Unlimited final : public admission::Turns {
public:
    tl::expected<void, admission::TurnRefused> take() override { return {}; }
};

class OneAnswer final : public mcp::Outbox {
public:
    void send(std::string_view) override { require(false); }
    void respond(std::string_view message, const mcp::Delivery& delivery) override {
        require(answers++ == 0);
        status = delivery.http_status;
        if (message.empty()) return;
        require(json::check_strictly(message).has_value());
        const json::Raw answer{message};
        code = answer.member("error").member("code").integer();
    }

    int answers = 0;
    int status = 0;
    std::optional<std::int64_t> code;
};

/// What `a.tool` and its clients say twice.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> params{
    {{"place", "Mcp-Param-Place"}, {"count", "Mcp-Param-Count"}, {"loud", "Mcp-Param-Loud"}}};

int runs = 0;

mcp::Catalog catalog() {
    mcp::Tool tool;
    tool.name = "a.tool";
    tool.input_schema =
        R"({"type":"object","properties":{"place":{"type":"string","x-mcp-header":"Place"},)"
        R"("count":{"type":"integer","x-mcp-header":"Count"},"loud":{"type":"boolean","x-mcp-header":"Loud"}}})";
    tool.answer = [](json::Arguments, mcp::Call&) {
        ++runs;
        return mcp::Outcome{};
    };
    mcp::Catalog catalog;
    catalog.tools.push_back(std::move(tool));
    return catalog;
}

/// Sends a body with a head, and tells how often the tool ran for it.
int post(std::string_view body, const transport::RequestHead& head, OneAnswer& answer) {
    static asio::io_context context{1};
    static mcp::Server server{{}, catalog(), system_clock()};
    static const admission::Visitor visitor{"fuzz", true, std::make_shared<Unlimited>()};
    const auto before = runs;
    if (transport::refuse_media(head) || transport::refuse_repeated(head)) return 0;
    const transport::Target target{head.target};
    const auto outbox = std::make_shared<OneAnswer>();
    const auto facts = transport::facts_of(head, target.query);
    require(server.post(body, facts, visitor, context.get_executor(), outbox) == nullptr);
    require(outbox->answers == 1);
    require(outbox->status == 200 || runs == before);
    answer = *outbox;
    return runs - before;
}

bool is_plain(std::string_view value) {
    if (value.empty() || value.front() == ' ' || value.back() == ' ' || value.starts_with("=?base64?")) return false;
    for (const char c : value) {
        if (c < ' ' || c > '~') return false;
    }
    return true;
}

std::string header_value(std::string_view text) {
    return is_plain(text) ? std::string{text} : "=?base64?" + to_base64(text) + "?=";
}

/// What a header says, by the words of the specification.
std::optional<std::string> said(std::string_view value) {
    value = trimmed(value);
    if (!value.starts_with("=?base64?") || !value.ends_with("?=") || value.size() < 11) return std::string{value};
    const auto inner = value.substr(9, value.size() - 11);
    auto bytes = from_base64(inner);
    if (!bytes || to_base64(*bytes) != inner) return {};
    return bytes;
}

void require_agreement(const transport::RequestHead& head, json::Raw request) {
    const auto one = [&](std::string_view name) {
        require(head.count(name) == 1);
        return *head.field(name);
    };
    const auto in_params = request.member("params");
    const auto version = in_params.member("_meta").member("io.modelcontextprotocol/protocolVersion").string();
    require(trimmed(one("mcp-protocol-version")) == *version);
    require(trimmed(one("mcp-method")) == *request.member("method").string());
    require(said(one("mcp-name")) == *in_params.member("name").string());
    for (const auto& [argument, header] : params) {
        const auto value = in_params.member("arguments").member(argument);
        const auto name = ascii_lower(header);
        if (value.absent() || value.is(json::Kind::null)) {
            require(head.count(name) == 0);
            continue;
        }
        const auto text = said(one(name));
        require(text.has_value());
        if (value.is(json::Kind::string)) require(*text == *value.string());
        if (value.is(json::Kind::boolean)) require(*text == value.text());
        if (value.is(json::Kind::number)) require(to_integer(*text) == value.integer());
    }
}

/// The head that a client writes for a body; nothing if no rule says how.
std::optional<std::string> head_by_the_rules(json::Raw request) {
    const auto in_params = request.member("params");
    const auto name = in_params.member("name").string();
    if (!name) return {};
    std::string head =
        "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n"
        "Mcp-Method: tools/call\r\nMcp-Name: " +
        header_value(*name) + "\r\n";
    for (const auto& [argument, header] : params) {
        const auto value = in_params.member("arguments").member(argument);
        if (value.absent() || value.is(json::Kind::null)) continue;
        const auto text = value.is(json::Kind::string) ? value.string() : std::string{value.text()};
        const bool fits = argument == "place"   ? value.is(json::Kind::string)
                          : argument == "count" ? value.integer().has_value()
                                                : value.is(json::Kind::boolean);
        if (!text || !fits) return {};
        head += std::string{header} + ": " + header_value(*text) + "\r\n";
    }
    return head + "\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{reinterpret_cast<const char*>(data), size};
    transport::HeadFinder finder{16 * 1024};
    if (finder.find(text) != transport::HeadFinder::State::found) return 0;
    const auto head_text = std::string_view{text}.substr(finder.begin(), finder.end() - finder.begin());
    const auto body = std::string_view{text}.substr(finder.end());
    static transport::RequestHead head;
    if (transport::read_request_head(head_text, 8 * 1024, head) || head.method != "POST") return 0;

    json::Places places;
    const auto request = mcp::read_json(body, places, {});
    if (!request || request->member("method").string() != "tools/call") return 0;
    const auto version = request->member("params").member("_meta").member("io.modelcontextprotocol/protocolVersion");
    if (version.string() != "2026-07-28") return 0;
    OneAnswer answer;
    if (post(body, head, answer) > 0) require_agreement(head, *request);

    const auto written = head_by_the_rules(*request);
    if (!written || written->size() > 16 * 1024) return 0;
    static transport::RequestHead ruled;
    require(!transport::read_request_head(*written, 8 * 1024, ruled));
    post(body, ruled, answer);
    require(answer.code != -32020);
    return 0;
}

}  // namespace flux
