#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "base/result.hpp"
#include "builds/run.hpp"
#include "mcp/resource.hpp"

namespace flux::tools {

inline constexpr const char* json_type = "application/json";

mcp::ResourceReading json_reading(const boost::json::value& value);
mcp::ResourceReading text_reading(std::string text);

/// The template's `run_id`. `not_found` where it is no number.
Result<builds::RunId> run_id_of(const mcp::ResourceAddress& address);

}  // namespace flux::tools
