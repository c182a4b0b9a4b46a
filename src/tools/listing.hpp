#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"

namespace flux::tools {

/// Items as JSON and as text, one line each.
struct Listing {
    boost::json::array items;
    std::string lines;
    std::string cursor;  ///< empty: the last page
};

/// A page of what there is: `kind` is `runs`, `previews`, `workflows` or `branches`.
async::Task<Result<Listing>> read_listing(builds::Provider& provider, std::string_view kind, builds::ListQuery query);

/// `{kind, items, cursor}`
boost::json::object to_json(std::string_view kind, Listing listing);

/// `{file, name, dispatchable, problem, inputs}`; what is unknown is null.
boost::json::object workflow_json(const builds::Workflow& workflow);

}  // namespace flux::tools
