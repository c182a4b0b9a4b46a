#include "tools/resource_reading.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <utility>

#include "base/text.hpp"
#include "tools/run_id_argument.hpp"

namespace flux::tools {

mcp::ResourceReading json_reading(const boost::json::value& value) {
    mcp::ResourceReading reading;
    auto& contents = reading.contents.emplace_back();
    contents.data = boost::json::serialize(value);
    return reading;
}

mcp::ResourceReading text_reading(std::string text) {
    mcp::ResourceReading reading;
    auto& contents = reading.contents.emplace_back();
    contents.data = std::move(text);
    return reading;
}

Result<builds::RunId> run_id_of(const mcp::ResourceAddress& address) {
    const auto text = address.variables.get("run_id");
    if (const auto id = run_id_from(text)) return *id;
    return fail(Errc::not_found,
                fmt::format("\"{}\" is no run's number; flux://runs lists the runs there are.", shortened(text, 40)),
                "run_not_found");
}

}  // namespace flux::tools
