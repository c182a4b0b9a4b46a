#pragma once

#include <string>
#include <string_view>

#include "json/raw.hpp"
#include "mcp/revision.hpp"

namespace flux::mcp {

/// Everything that a request's era decides about its answer. Both eras fill it in (session, stateless); whoever
/// answers reads these facts and knows of no era.
struct RequestScope {
    Revision revision = assumed_revision;

    /// Members that every result carries: JSON without braces, or empty. They belong to the server and live as long as
    /// it does.
    std::string_view result_marks = {};
    bool marks_keeping = false;  ///< results say how long they may be kept

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
