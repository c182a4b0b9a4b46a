#pragma once

#include <string>
#include <variant>

#include "json/raw.hpp"

namespace flux::mcp {

/// A request's id. It keeps value and type: `7` and `"7"` are two ids, and an answer carries exactly what was asked
/// with.
struct Id {
    std::string json = {};  ///< in one canonical spelling; empty: there is none

    bool operator==(const Id&) const = default;
};

/// What asks for an answer. `params` and `meta` look into the text of the message: they live as long as it does.
struct Request {
    Id id;
    std::string method;
    json::Raw params = {};  ///< an object, or absent
    json::Raw meta = {};    ///< `params._meta`, if it is an object
};

/// What is never answered.
struct Notification {
    std::string method;
    json::Raw params = {};
    json::Raw meta = {};
};

/// An answer to something that we asked. One of `result` and `error` is there.
struct Response {
    Id id = {};
    json::Raw result = {};
    json::Raw error = {};
};

using Message = std::variant<Request, Notification, Response>;

}  // namespace flux::mcp
