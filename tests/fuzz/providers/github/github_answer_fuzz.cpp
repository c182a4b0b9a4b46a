// Whatever GitHub, or somebody in its place, answers: reading it ends, hides no failure, and what is said about it is
// short, well-formed text.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "providers/github/api_date.hpp"
#include "providers/github/api_error.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/link_header.hpp"
#include "providers/github/pacing.hpp"
#include "providers/github/run_mapping.hpp"
#include "providers/github/watched_runs.hpp"
#include "providers/github/webhook.hpp"

namespace {

using flux::providers::github::array_of;
using flux::providers::github::as_array;
using flux::providers::github::as_object;
using flux::providers::github::error_from;
using flux::providers::github::fingerprint;
using flux::providers::github::http_date;
using flux::providers::github::job_from;
using flux::providers::github::next_page;
using flux::providers::github::Pacing;
using flux::providers::github::run_from;
using flux::providers::github::run_of_event;
using flux::providers::github::text_of;
using flux::providers::github::time_from;
using flux::providers::github::tree_of;

void require(bool holds) {
    if (!holds) std::abort();
}

void read_error(std::string_view text, int status) {
    flux::net::HttpReply reply;
    reply.status = status;
    reply.body = text;
    reply.fields = {{"x-accepted-github-permissions", std::string{text.substr(0, 200)}},
                    {"x-ratelimit-reset", std::string{text.substr(0, 30)}},
                    {"retry-after", std::string{text.substr(0, 30)}},
                    {"date", std::string{text.substr(0, 29)}}};
    const auto error = error_from(reply, "do it", "octo/site");
    require(!error.message.empty() && error.message.size() < 1500 && flux::is_utf8(error.message));
    Pacing pacing{flux::system_clock(), 1};
    pacing.heed(reply);
    const auto blocked = pacing.blocked_for();
    require(!blocked || *blocked <= std::chrono::seconds{3700});
}

void read_run(const boost::json::object& object) {
    const auto run = run_from(object);
    const auto conclusion = text_of(object, "conclusion");
    if (run.conclusion == flux::builds::Conclusion::success) require(conclusion == "success");
    if (flux::builds::is_over(run) && conclusion.empty()) require(!run.conclusion);
    require(run.attempt >= 1);
    require(!fingerprint(run).empty());
    const auto job = job_from(object);
    for (const auto& step : job.steps) require(step.number >= 0 && step.number <= 65'535);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto next = next_page(text);
    require(next.empty() || text.find('<' + next + '>') != std::string_view::npos);
    static_cast<void>(http_date(text));
    static_cast<void>(time_from(text));
    for (const int status : {200, 403, 404, 422, 429, 500}) read_error(text, status);
    for (const auto* event : {"workflow_run", "workflow_job", "deployment_status", "check_run"}) {
        const auto run = run_of_event(event, text, "octo/site");
        require(!run || *run > 0);
    }
    const auto tree = tree_of(text);
    if (!tree) return 0;
    read_run(as_object(*tree));
    for (const auto& item : as_array(*tree)) read_run(as_object(item));
    for (const auto& item : array_of(as_object(*tree), "jobs")) read_run(as_object(item));
    return 0;
}
