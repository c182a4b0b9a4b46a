#pragma once

#include <string>
#include <string_view>

#include "builds/provider.hpp"

namespace flux::builds {

/// What a request asks for (branch, workflow, inputs in whatever order) as text that is the same for the same request
/// and different for every other one: what providers recognise a repeated request by. `usual_workflow` is meant where
/// the request names none.
std::string request_text(const CreateRequest& request, std::string_view usual_workflow);

}  // namespace flux::builds
