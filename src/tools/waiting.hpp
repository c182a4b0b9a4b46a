#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"
#include "mcp/tool.hpp"
#include "tools/context.hpp"
#include "tools/tool_error.hpp"

namespace flux::tools {

/// What a waiting call waits for.
enum class Until { change, completed, reachable };

struct Waited {
    builds::Run run;
    bool changed = false;  ///< the run moved since `seen`
};

/// When a call that asked for `seconds` has to stop waiting: in time to write its answer before the call's deadline. A
/// task waits up to there, because `seconds` is for how long a request is held, and there nobody holds one.
std::chrono::steady_clock::time_point wait_end(const mcp::Call& call, std::int64_t seconds);

/// Waits until what `until` says is true of the run, compared with `seen`; at most until `end`. Tells the caller how it
/// goes. Returns the newest state. Throws when the call is cancelled; the run goes on.
async::Task<Result<Waited>> wait_for(builds::Provider& provider, builds::Run seen, Until until,
                                     std::chrono::steady_clock::time_point end, std::shared_ptr<mcp::Call> call);

/// Whether `wait_for` would wait: `until` isn't true yet, and the run can still move.
bool has_to_wait(builds::Provider& provider, const builds::Run& run, Until until);

/// What waits for a run, for a call.
using Waiting = std::function<async::Task<Result<mcp::Outcome>>(std::shared_ptr<mcp::Call>)>;

/// A waiting that `work` does, as what is left of a call of `tool` (a literal). `about` names what it was about, for
/// failures; from `kept`, and the run's id in it as `run_id`, the waiting can be made again.
mcp::Rest rest_of(std::shared_ptr<const Context> context, const builds::Run& run, std::string_view tool, About about,
                  Waiting work, boost::json::object kept);

/// The same, made again: `work` gets the run as it is by then, and what was kept.
using Rewaiting =
    std::function<async::Task<Result<mcp::Outcome>>(builds::Run, boost::json::object kept, std::shared_ptr<mcp::Call>)>;
std::optional<mcp::Rest> rest_again(std::shared_ptr<const Context> context, std::string_view tool,
                                    std::string_view kept, Rewaiting work);

/// Tells the caller where the run stands; of a task, in words that name the run too. `waited` is the time since the
/// call began to wait.
void report_progress(mcp::Call& call, const builds::Run& run, std::chrono::steady_clock::duration waited);

/// Whether nothing about the run's preview can change any more.
bool is_settled(const builds::Preview& preview);

}  // namespace flux::tools
