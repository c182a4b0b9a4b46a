#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "async/task.hpp"
#include "base/result.hpp"
#include "mcp/tool.hpp"
#include "tools/context.hpp"
#include "tools/tool_error.hpp"

namespace flux::tools {

/// A successful answer: the text for a model, and the same facts as an object.
mcp::Outcome answer(std::string text, const boost::json::object& structured);

/// What `work` answers, or its failure as an outcome. `about` names what the call was about. Either way the call is
/// counted, and the log gets a line with its request id, which a failure's outcome holds as well.
async::Task<mcp::Outcome> or_failed(std::shared_ptr<const Context> context, async::Task<Result<mcp::Outcome>> work,
                                    std::string_view tool, std::shared_ptr<mcp::Call> call, About about);

/// The members of a call's arguments that tell what it is about, as far as they are of the right type.
About about(const json::Arguments& arguments);

}  // namespace flux::tools
