// Any bytes as a chunked body: cutting them anywhere changes nothing, and no more than the limit comes out.
#include "transport/chunked_body.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using flux::transport::ChunkedBody;

struct Outcome {
    ChunkedBody::State state = ChunkedBody::State::more;
    std::string body;
    std::size_t used = 0;
    int status = 0;
    bool operator==(const Outcome&) const = default;
};

constexpr std::size_t limit = 200;

Outcome decode(std::string_view input, std::size_t piece) {
    ChunkedBody body{limit};
    Outcome outcome;
    while (outcome.used < input.size() && outcome.state == ChunkedBody::State::more) {
        std::size_t took = 0;
        outcome.state = body.feed(input.substr(outcome.used, piece), outcome.body, took);
        outcome.used += took;
    }
    outcome.status = body.refusal().status;
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 17U;
    const std::string input{reinterpret_cast<const char*>(data) + 1, size - 1};

    const auto whole = decode(input, input.size() + 1);
    if (whole.body.size() > limit) std::abort();
    if (!(whole == decode(input, 1)) || !(whole == decode(input, piece))) std::abort();
    return 0;
}
