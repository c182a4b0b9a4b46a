#pragma once

#include "mcp/server.hpp"

namespace flux::mcp {

/// The style that is listed: what the connection asked for, else what the operator set, else what suits the transport.
inline NameStyle chosen(NameStyle asked, NameStyle set, NameStyle usual) {
    if (asked != NameStyle::automatic) return asked;
    return set != NameStyle::automatic ? set : usual;
}

}  // namespace flux::mcp
