#include "tools/after_the_end.hpp"

#include <boost/json/object.hpp>
#include <utility>

#include "tools/run_json.hpp"

namespace flux::tools {

NextCalls after_the_end(const builds::Run& run) {
    using builds::Conclusion;
    boost::json::object of_run;
    of_run["run_id"] = run.id;
    auto again = of_run;
    // Nothing of these has run to its end, so that no job of them failed.
    if (run.conclusion == Conclusion::cancelled || run.conclusion == Conclusion::stale) {
        again["failed_only"] = false;
        return {{"builds.rerun", std::move(again)}};
    }
    if (!has_failed(run.conclusion)) return {};
    NextCalls next{{"builds.diagnose", std::move(of_run)}};
    // A person has to say yes first.
    if (run.conclusion != Conclusion::action_required) next.push_back({"builds.rerun", std::move(again)});
    return next;
}

}  // namespace flux::tools
