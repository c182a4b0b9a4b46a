#pragma once

#include <optional>
#include <string>

#include "mcp/introduction.hpp"
#include "mcp/message.hpp"
#include "mcp/request_scope.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

/// The revisions in which every request says itself what it speaks: what is read from a request's `_meta` and headers,
/// and what its results carry. Remembers nothing of any peer; thread-safe.
class Stateless {
public:
    explicit Stateless(const Introduction& introduction);

    /// Whether a message claims to be of these revisions. Whoever claims is never served as anything else.
    static bool is_claimed_by(json::Raw meta);

    /// Whether `method` exists in these revisions alone: then it is theirs even without the claim, which is missing.
    static bool is_known_only_to_it(std::string_view method);

    /// Whether a header names a revision without handshake (or one that may come to be one).
    static bool is_named_by(std::optional<std::string_view> protocol_version);

    /// What a request without the claim lacks, whose headers say that it is of these revisions.
    static WireError claim_missing(const Request& request);

    /// What `request` says of itself, checked in the order that the specification gives; `headers` is nullptr where
    /// there are none.
    tl::expected<RequestScope, WireError> read(const Request& request, const HttpFacts* headers) const;

    /// The result of a method that only these revisions have (`server/discover`), or nothing if `request` is for
    /// another.
    std::optional<std::string> answer(const Request& request) const;

private:
    std::string result_meta_;
    std::string result_marks_;
    std::string discovered_;
};

}  // namespace flux::mcp
