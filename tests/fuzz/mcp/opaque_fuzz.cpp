// What clients hand back without being meant to read it, and what they write into headers and URIs: cursors, states,
// event ids, Base64, templates' variables. Nothing that a server didn't write may be taken for its own, and what is
// taken has one spelling only.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/base64.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "mcp/cursor.hpp"
#include "mcp/event_log.hpp"
#include "mcp/header_value.hpp"
#include "mcp/request_state.hpp"
#include "mcp/uri_template.hpp"

namespace {

using flux::from_base64;
using flux::from_base64url;
using flux::to_base64;
using flux::to_base64url;
using flux::mcp::EventLog;
using flux::mcp::EventRoom;
using flux::mcp::RequestStates;
using flux::mcp::UriTemplate;

void require(bool holds) {
    if (!holds) std::abort();
}

class Deaf final : public flux::mcp::EventSink {
public:
    void deliver(flux::mcp::Event) override {}
    void finish() override {}
    bool is_open() const override { return true; }
};

void look_at_base64(std::string_view text) {
    if (const auto bytes = from_base64(text)) require(to_base64(*bytes) == text);
    if (const auto bytes = from_base64url(text)) require(to_base64url(*bytes) == text);
    require(from_base64(to_base64(text)) == text);
    require(from_base64url(to_base64url(text)) == text);
    const auto said = flux::mcp::header_text("=?base64?" + std::string{text} + "?=");
    require(said == from_base64(text));
    static_cast<void>(flux::mcp::header_text(text));
}

void look_at_cursor(std::string_view text) {
    const auto cursor = flux::mcp::read_cursor(text, "tools");
    if (!cursor) return;
    require(cursor->list == "tools");
    require(flux::mcp::cursor_text(*cursor) == text);
}

void look_at_uri(std::string_view text) {
    static const UriTemplate path{"flux://runs/{run}/logs/{job}"};
    static const UriTemplate query{"flux://workflows/{file}{?branch,page}"};
    if (const auto found = path.match(text)) {
        for (const auto& [name, value] : *found) require(!value.empty() && flux::is_utf8(value));
        const auto again = "flux://runs/" + flux::mcp::percent_encoded(found->get("run")) + "/logs/" +
                           flux::mcp::percent_encoded(found->get("job"));
        require(path.match(again).has_value());
    }
    if (const auto found = query.match(text)) {
        for (const auto& [name, value] : *found) require(flux::is_utf8(value));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    look_at_base64(text);
    look_at_cursor(text);
    look_at_uri(text);

    static const RequestStates states{flux::system_clock(), std::chrono::minutes{10}};
    require(!states.open("somebody", "request", text));
    const auto sealed = states.seal("somebody", "request", text);
    const auto opened = states.open("somebody", "request", sealed);
    require(opened && *opened == text);

    EventLog log{true, {.events = 2, .bytes = 64}, std::make_shared<EventRoom>(1 << 20)};
    const auto stream = log.open();
    log.add(stream, "one");
    log.add(EventLog::own_stream, "two");
    const auto rest = log.resume(text, std::make_shared<Deaf>());
    require(!rest || rest->events.size() <= 1);
    return 0;
}
