#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/raw.hpp"
#include "mcp/client_abilities.hpp"
#include "mcp/log_level.hpp"
#include "mcp/revision.hpp"

namespace flux::mcp {

/// Everything that a request's era decides about its answer. Both eras fill it in (session, stateless); whoever
/// answers reads these facts and knows of no era.
struct RequestScope {
    Revision revision = assumed_revision;

    /// Members that every result carries, and what stands in `_meta` among them: JSON without braces, or empty. They
    /// belong to the server and live as long as it does.
    std::string_view result_marks = {};
    std::string_view result_meta = {};
    bool marks_keeping = false;  ///< results say how long they may be kept

    /// How a client is asked for input: by a result that says what is needed, after which the client begins again, or
    /// by requests of the server, which only a session can answer.
    bool asks_in_results = false;
    int missing_ability_code = -32600;
    ClientAbilities client = {};

    /// Changes are told to whoever listens with a request of its own; else to each connection or session that has
    /// subscribed.
    bool listens = false;

    std::optional<LogLevel> log_level = {};  ///< from which on the client wants to hear the log

    std::string progress_token = {};  ///< JSON; empty: the client doesn't want to be told
    int unknown_method_status = 200;  ///< 404 where a status may not be taken for the end of a session
    int unknown_resource_code = -32002;

    bool audio() const { return revision >= Revision::march_2025; }
    bool progress_messages() const { return revision >= Revision::march_2025; }
    bool resource_links() const { return revision >= Revision::june_2025; }
};

/// The `progressToken` in a request's `_meta`, as JSON; empty if there is none, or none that can be used.
std::string progress_token(json::Raw meta);

}  // namespace flux::mcp
