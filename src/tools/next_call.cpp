#include "tools/next_call.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace flux::tools {

boost::json::array to_json(const NextCalls& calls) {
    boost::json::array result;
    for (const auto& call : calls) {
        boost::json::object entry;
        entry["tool"] = call.tool;
        entry["arguments"] = call.arguments;
        result.push_back(std::move(entry));
    }
    return result;
}

std::string to_text(const NextCall& call) {
    return fmt::format("{} {}", call.tool, boost::json::serialize(call.arguments));
}

std::string to_text(const NextCalls& calls) {
    std::string result;
    for (const auto& call : calls) {
        result += result.empty() ? "Next: " : " or ";
        result += to_text(call);
    }
    return result;
}

}  // namespace flux::tools
