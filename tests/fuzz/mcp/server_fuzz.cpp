// Random messages over every entry of the server. Nothing crashes; what comes out is strict JSON on one line; a request
// with an id gets exactly one answer unless it was cancelled; an exchange over HTTP ends at most once.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/timer.hpp"
#include "json/raw.hpp"
#include "json/strict.hpp"
#include "mcp/codec.hpp"
#include "mcp/server.hpp"

namespace flux {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

class Unlimited final : public admission::Turns {
public:
    tl::expected<void, admission::TurnRefused> take() override { return {}; }
};

class CheckingOutbox final : public mcp::Outbox {
public:
    void send(std::string_view message) override {
        require(!closed && answers == 0);
        check(message);
        require(json::Raw{message}.member("id").absent());
    }
    void respond(std::string_view message, const mcp::Delivery& delivery) override {
        require(!closed);
        require(delivery.http_status >= 200 && delivery.http_status < 600);
        if (!delivery.session_id.empty()) session = delivery.session_id;
        ++answers;
        if (message.empty()) return;
        check(message);
        count(json::Raw{message});
        if (stream) answers = 0;
    }

    bool stream = false;
    bool closed = false;
    int answers = 0;
    std::string session;
    std::map<std::string, int> by_id;

private:
    static void check(std::string_view message) {
        require(json::check_strictly(message).has_value());
        require(message.find_first_of("\r\n") == std::string_view::npos);
    }
    void count(json::Raw message) {
        for (json::Elements element{message}; element.next();) count(element.value());
        if (const auto id = message.member("id"); id) ++by_id[std::string{id.text()}];
    }
};

async::Task<mcp::Outcome> wait_a_little(std::shared_ptr<mcp::Call> call) {
    call->progress(1, 2, "on the way");
    co_await async::sleep_for(std::chrono::microseconds{1});
    mcp::Outcome outcome;
    outcome.content.push_back(mcp::Content::text("done"));
    co_return outcome;
}

mcp::Catalog catalog() {
    mcp::Catalog catalog;
    mcp::Tool echo;
    echo.name = "a.echo";
    echo.input_schema = R"({"type":"object"})";
    echo.answer = [](json::Arguments arguments, mcp::Call& call) {
        call.progress(1, {}, "x");
        mcp::Outcome outcome;
        outcome.content.push_back(mcp::Content::text(arguments.text("text").value_or("nothing")));
        return outcome;
    };
    auto wait = echo;
    wait.name = "a.wait";
    wait.answer = {};
    wait.run = [](json::Arguments, std::shared_ptr<mcp::Call> call) { return wait_a_little(std::move(call)); };
    catalog.tools.push_back(std::move(echo));
    catalog.tools.push_back(std::move(wait));
    return catalog;
}

/// Pieces of the input, each ended by a newline.
std::vector<std::string_view> lines(std::string_view text) {
    std::vector<std::string_view> result;
    while (!text.empty() && result.size() < 32) {
        const auto end = text.find('\n');
        result.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return result;
}

using Fields = std::map<std::string, std::string_view>;

/// A line like `@mcp-name: a.wait` stands for a header of all requests behind it, and `@mcp-session-id: *` for the
/// session that was opened last.
bool take_field(std::string_view line, Fields& fields) {
    const auto colon = line.find(": ");
    if (!line.starts_with('@') || colon == std::string_view::npos) return false;
    fields[std::string{line.substr(1, colon - 1)}] = line.substr(colon + 2);
    return true;
}

mcp::HttpFacts facts_of(const Fields& fields, std::string_view session) {
    mcp::HttpFacts facts;
    facts.header = [&fields](std::string_view name) -> std::optional<std::string_view> {
        const auto found = fields.find(std::string{name});
        if (found == fields.end()) return std::nullopt;
        return found->second;
    };
    facts.protocol_version = facts.header("mcp-protocol-version");
    facts.method = facts.header("mcp-method");
    facts.name = facts.header("mcp-name");
    facts.session_id = facts.header("mcp-session-id");
    if (facts.session_id == "*") facts.session_id = session;
    return facts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    asio::io_context context{1};
    mcp::ServerOptions options;
    options.max_sessions = 2;
    options.max_in_flight = 4;
    options.progress_interval = std::chrono::milliseconds{0};
    mcp::Server server{options, catalog(), system_clock()};
    const admission::Visitor visitor{"fuzz", true, std::make_shared<Unlimited>()};

    const auto streamed = std::make_shared<CheckingOutbox>();
    streamed->stream = true;
    const auto stream = server.open({visitor, true, mcp::NameStyle::automatic}, context.get_executor(), streamed);
    std::map<std::string, int> asked;
    bool cancels = false;
    std::vector<std::shared_ptr<mcp::Exchange>> exchanges;
    std::vector<std::shared_ptr<CheckingOutbox>> outboxes;
    Fields fields;
    std::string session;
    for (const auto line : lines(text)) {
        if (take_field(line, fields)) continue;
        cancels = cancels || line.find("cancel") != std::string_view::npos || line.find('\\') != std::string_view::npos;
        json::Places places;
        if (const auto json = mcp::read_json(line, places, {})) {
            const auto count = [&](json::Raw one) {
                const auto message = mcp::read_message(one);
                if (!message) {
                    if (message.error().answered) ++asked[message.error().id.json];
                    return;
                }
                if (const auto* request = std::get_if<mcp::Request>(&*message)) ++asked[request->id.json];
            };
            count(*json);
            for (json::Elements element{*json}; element.next();) count(element.value());
        }
        stream->receive(line);

        const auto facts = facts_of(fields, session);
        outboxes.push_back(std::make_shared<CheckingOutbox>());
        exchanges.push_back(server.post(line, facts, visitor, context.get_executor(), outboxes.back()));
        require(exchanges.back() != nullptr || outboxes.back()->answers == 1);
        require(outboxes.back()->answers <= 1);
        if (!outboxes.back()->session.empty()) session = outboxes.back()->session;
        if (line.size() % 5 == 0 && exchanges.back()) {
            exchanges.back()->disconnected();
            outboxes.back()->closed = true;
        }
    }
    context.run();
    for (const auto& outbox : outboxes) require(outbox->closed || outbox->answers == 1);
    require(stream->in_flight() == 0);
    require(server.in_flight() == 0);
    for (const auto& [id, count] : streamed->by_id) {
        if (id != "null") require(count <= asked[id]);
    }
    if (!cancels) {
        for (const auto& [id, count] : asked) {
            // A batch that is refused as a whole answers none of its requests.
            if (text.find('[') == std::string_view::npos && !id.empty()) require(streamed->by_id[id] == count);
        }
    }
    stream->close();
    streamed->closed = true;
    stream->receive(text);
    return 0;
}

}  // namespace flux
