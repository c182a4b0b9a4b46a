#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace flux::tools {

/// A call that an answer suggests: at most two of them, with their arguments.
struct NextCall {
    std::string tool;
    boost::json::object arguments;
};

using NextCalls = std::vector<NextCall>;

boost::json::array to_json(const NextCalls& calls);

/// `builds.status {"run_id":12}`
std::string to_text(const NextCall& call);

/// `Next: … or …`, or nothing for none.
std::string to_text(const NextCalls& calls);

}  // namespace flux::tools
