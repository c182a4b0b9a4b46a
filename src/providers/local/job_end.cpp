#include <fmt/format.h>

#include "providers/local/job_run.hpp"
#include "workflow/template.hpp"

namespace flux::providers::local {

using builds::Conclusion;

void JobRun::complete(StepLog& log) {
    evaluate_outputs(log);
    log.write("Cleaning up orphan processes");
    if (cage_) cage_->end_everything();
    if (interruption_.timed_out() && is_cancelled()) {
        const auto limit = fmt::format("{} minutes", static_cast<double>(time_limit_.count()) / 60'000.0);
        log.error(fmt::format("The job has exceeded the maximum execution time of {}.", limit));
        outcome_.reason = "timed out after " + limit;
    }
    if (is_cancelled()) {
        outcome_.conclusion = Conclusion::cancelled;
        if (!interruption_.timed_out()) log.error("The operation was canceled.");
    } else {
        outcome_.conclusion = scope_.failed ? Conclusion::failure : Conclusion::success;
    }
}

void JobRun::evaluate_outputs(StepLog& log) {
    if (!cage_) return;
    const auto contexts = contexts_for(scope_, environment_for(scope_), {});
    std::size_t bytes = 0;
    for (const auto& entry : order_.job->outputs) {
        auto value = workflow::evaluate_text(entry.value, contexts);
        if (!value) {
            log.error(value.error().message);
            scope_.failed = true;
            continue;
        }
        if (masks_.occurs_in(*value)) {
            log.warning(fmt::format("Skip output '{}' since it may contain secret.", entry.name));
            continue;
        }
        bytes += value->size();
        if (bytes > max_output_bytes) {
            log.error(fmt::format("Skip output '{}': the job's outputs hold more than {} bytes.", entry.name,
                                  max_output_bytes));
            scope_.failed = true;
            break;
        }
        outcome_.outputs.emplace_back(entry.name, std::move(*value));
    }
    if (order_.job->environment && order_.job->environment->url) {
        const auto url = workflow::evaluate_text(*order_.job->environment->url, contexts);
        if (!url)
            log.warning(url.error().message);
        else if (!masks_.occurs_in(*url))
            outcome_.environment_url = *url;
    }
}

}  // namespace flux::providers::local
