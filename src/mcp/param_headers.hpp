#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/raw.hpp"
#include "mcp/server.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

/// The arguments of a tool that its clients repeat in headers of their own, `Mcp-Param-NAME`, because its input schema
/// says so: `"x-mcp-header": "NAME"` on a property of type string, integer or boolean (MCP 2026-07-28, SEP-2243).
class ParamHeaders {
public:
    /// Throws std::invalid_argument for an annotation that clients would refuse: a name that is no token or is there
    /// twice, or a property of another type.
    explicit ParamHeaders(std::string_view input_schema);

    bool empty() const { return params_.empty(); }

    /// The first header that is missing, malformed, or says something else than `arguments`.
    std::optional<WireError> check(json::Raw arguments, const HttpFacts& headers) const;

private:
    struct Param {
        std::vector<std::string> path;  ///< of member names
        std::string name;               ///< `Mcp-Param-Region`
        std::string key;                ///< the same in lower case
    };
    void collect(json::Raw schema, const std::vector<std::string>& path);

    std::vector<Param> params_;
};

}  // namespace flux::mcp
