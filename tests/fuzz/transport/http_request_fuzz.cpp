// Any bytes as a request head: read the same whether they come at once or one by one, and never with two framings.
#include "transport/http_request.hpp"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "transport/target.hpp"
#include "transport/websocket_handshake.hpp"

namespace {

using flux::transport::HeadFinder;
using flux::transport::is_token;
using flux::transport::percent_decoded;
using flux::transport::query_value;
using flux::transport::read_request_head;
using flux::transport::read_upgrade;
using flux::transport::RequestHead;
using flux::transport::Target;
using flux::transport::wants_websocket;
using flux::transport::without_secrets;

struct Outcome {
    HeadFinder::State state;
    int status;
    std::size_t begin;
    std::size_t end;
    bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const HeadFinder& finder, HeadFinder::State state) {
    return {state, finder.refusal().status, finder.begin(), finder.end()};
}

void demand(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A copy of exactly this size, so that the sanitizer sees a read behind it.
    const std::string text{reinterpret_cast<const char*>(data), size};
    constexpr std::size_t limit = 600;

    HeadFinder at_once{limit};
    const auto state = at_once.find(text);

    HeadFinder bytewise{limit};
    auto last = HeadFinder::State::more;
    for (std::size_t i = 0; i <= size && last == HeadFinder::State::more; ++i) {
        last = bytewise.find(std::string_view{text}.substr(0, i));
    }
    // Bytewise may refuse earlier by another reason; whole heads are the same ones.
    demand((state == HeadFinder::State::found) == (last == HeadFinder::State::found));
    if (state != HeadFinder::State::found) return 0;
    demand(outcome_of(at_once, state) == outcome_of(bytewise, last));

    RequestHead head;
    const auto whole = std::string_view{text}.substr(at_once.begin(), at_once.end() - at_once.begin());
    if (const auto refused = read_request_head(whole, 300, head)) {
        demand(refused->status >= 400 && refused->status < 600 && !refused->why.empty());
        return 0;
    }
    demand(is_token(head.method));
    demand(head.target == "*" || head.target.starts_with('/'));
    demand(head.count("host") == 1 || head.minor_version == 0);
    demand(!(head.chunked && head.count("content-length") > 0));
    demand(head.chunked == (head.count("transfer-encoding") > 0));
    for (std::size_t i = 0; i < head.field_count; ++i) {
        demand(is_token(head.fields[i].name));
        demand(head.fields[i].value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos);
    }

    const Target target{head.target};
    percent_decoded(target.path);
    query_value(target.query, "token");
    demand(without_secrets(head.target).starts_with(target.path));
    if (wants_websocket(head)) read_upgrade(head).has_value();
    return 0;
}
