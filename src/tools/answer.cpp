#include "tools/answer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <utility>

#include "observe/log.hpp"
#include "tools/run_id_argument.hpp"

namespace flux::tools {

mcp::Outcome answer(std::string text, const boost::json::object& structured) {
    mcp::Outcome outcome;
    outcome.content.push_back(mcp::Content::text(text));
    outcome.structured = boost::json::serialize(structured);
    return outcome;
}

async::Task<mcp::Outcome> or_failed(std::shared_ptr<const Context> context, async::Task<Result<mcp::Outcome>> work,
                                    std::string_view tool, std::shared_ptr<mcp::Call> call, About about) {
    using std::chrono::steady_clock;
    const auto begin = steady_clock::now();
    auto outcome = co_await std::move(work);
    // It is answered by what is left of it, which says so itself.
    if (outcome && outcome->rest) co_return *std::move(outcome);
    context->calls.count(tool, !outcome || outcome->is_error);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin).count();
    const auto request_id = call->request_id();
    const auto run = about.contains("run_id") ? boost::json::serialize(about.at("run_id")) : std::string{};
    const std::string answered = outcome ? "ok" : code_of(outcome.error());
    observe::log::info("tool called", {{"tool", tool},
                                       {"request_id", request_id},
                                       {"principal", call->visitor().principal},
                                       {"run_id", run},
                                       {"answered", answered},
                                       {"ms", took}});
    if (!outcome) co_return failed(outcome.error(), about, request_id);
    co_return *std::move(outcome);
}

About about(const json::Arguments& arguments) {
    About result;
    if (const auto run = optional_run_id_argument(arguments); run && *run) result["run_id"] = **run;
    if (const auto branch = arguments.optional_text("branch"); branch && *branch) result["branch"] = **branch;
    return result;
}

}  // namespace flux::tools
