#include "mcp/request_state.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "base/base64.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "json/canonical.hpp"

namespace flux::mcp {

namespace {

constexpr std::size_t signature_bytes = 32;

/// Parts that cannot run into each other: each with its length in front.
void append_part(std::string& out, std::string_view part) {
    out += std::to_string(part.size());
    out += ':';
    out += part;
}

}  // namespace

std::string request_digest(std::string_view method, json::Raw params) {
    std::string text;
    append_part(text, method);
    // Every method that has rounds names what it is about by one of these, and has its arguments here.
    for (const auto* member : {"name", "uri", "arguments"}) append_part(text, json::canonical(params.member(member)));
    std::string digest(signature_bytes, '\0');
    unsigned length = 0;
    auto* const out = reinterpret_cast<unsigned char*>(digest.data());
    if (EVP_Digest(text.data(), text.size(), out, &length, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error{"SHA-256 is not available"};
    }
    return digest;
}

RequestStates::RequestStates(const Clock& clock, std::chrono::seconds lifetime) : clock_{clock}, lifetime_{lifetime} {
    random_bytes(key_);
}

std::string RequestStates::seal(std::string_view principal, std::string_view digest, std::string_view state) const {
    const auto until = std::chrono::floor<std::chrono::seconds>(clock_.wall_now()) + lifetime_;
    auto payload = std::to_string(until.time_since_epoch().count());
    payload += ':';
    payload += state;
    return to_base64url(signature(principal, digest, payload) + payload);
}

Result<std::string> RequestStates::open(std::string_view principal, std::string_view digest,
                                        std::string_view sealed) const {
    const auto foreign = [] {
        return fail(Errc::invalid_argument,
                    "`requestState` isn't what this server handed out for this request. Call again without it.");
    };
    const auto bytes = from_base64url(sealed);
    if (!bytes || bytes->size() <= signature_bytes) return foreign();
    const std::string_view payload = std::string_view{*bytes}.substr(signature_bytes);
    const auto expected = signature(principal, digest, payload);
    if (CRYPTO_memcmp(expected.data(), bytes->data(), signature_bytes) != 0) return foreign();

    const auto colon = payload.find(':');
    const auto until = to_integer(payload.substr(0, colon));
    if (colon == std::string_view::npos || !until) return foreign();
    if (clock_.wall_now() > WallTime{std::chrono::seconds{*until}}) {
        return fail(Errc::invalid_argument, "`requestState` is too old. Call again without it.");
    }
    return std::string{payload.substr(colon + 1)};
}

std::string RequestStates::signature(std::string_view principal, std::string_view digest,
                                     std::string_view payload) const {
    std::string text;
    for (const auto part : {principal, digest, payload}) append_part(text, part);
    std::string out(signature_bytes, '\0');
    unsigned length = 0;
    const auto* const in = reinterpret_cast<const unsigned char*>(text.data());
    auto* const to = reinterpret_cast<unsigned char*>(out.data());
    if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), in, text.size(), to, &length) == nullptr) {
        throw std::runtime_error{"HMAC-SHA256 is not available"};
    }
    return out;
}

}  // namespace flux::mcp
