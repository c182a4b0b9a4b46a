#include "tools/answer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "tools/run_id_argument.hpp"

namespace flux::tools {

mcp::Outcome answer(std::string text, const boost::json::object& structured) {
    mcp::Outcome outcome;
    outcome.content.push_back(mcp::Content::text(text));
    outcome.structured = boost::json::serialize(structured);
    return outcome;
}

async::Task<mcp::Outcome> or_failed(async::Task<Result<mcp::Outcome>> work, About about) {
    auto outcome = co_await std::move(work);
    if (!outcome) co_return failed(outcome.error(), about);
    co_return *std::move(outcome);
}

About about(const json::Arguments& arguments) {
    About result;
    if (const auto run = optional_run_id_argument(arguments); run && *run) result["run_id"] = **run;
    if (const auto branch = arguments.optional_text("branch"); branch && *branch) result["branch"] = **branch;
    return result;
}

}  // namespace flux::tools
