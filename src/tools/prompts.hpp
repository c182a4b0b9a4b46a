#pragma once

#include <memory>
#include <vector>

#include "mcp/prompt.hpp"
#include "tools/context.hpp"
#include "tools/server_facts.hpp"

namespace flux::tools {

/// `ship_preview`, `fix_failing_build`, `explain_failure` and `report_issue`. Those about a failure bring its diagnosis
/// along, so that the model needs no call to begin. Without the writing tools, `ship_preview` and `fix_failing_build`
/// are left out.
std::vector<mcp::Prompt> make_prompts(std::shared_ptr<const Context> context, const ServerFacts& facts);

}  // namespace flux::tools
