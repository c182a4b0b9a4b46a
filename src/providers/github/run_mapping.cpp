#include "providers/github/run_mapping.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "providers/github/api_text.hpp"

namespace flux::providers::github {

namespace {

using builds::Conclusion;
using builds::Status;

struct State {
    Status status = Status::queued;
    std::optional<Conclusion> conclusion;
    std::string unknown_word;
};

State state_of(const boost::json::object& object) {
    State state;
    const auto status = text_of(object, "status");
    const auto conclusion = text_of(object, "conclusion");
    if (!conclusion.empty()) {
        state.conclusion = builds::conclusion_from(conclusion);
        if (!state.conclusion) {
            // Taken for a success, a new word of GitHub's would hide a failure.
            state.conclusion = Conclusion::failure;
            state.unknown_word = conclusion;
        }
    }
    if (const auto known = builds::status_from(status)) {
        state.status = *known;
    } else if (!status.empty()) {
        state.status = state.conclusion ? Status::completed : Status::in_progress;
        state.unknown_word = status;
    }
    // A rerun starts with the conclusion of before still there.
    if (state.status != Status::completed) state.conclusion.reset();
    return state;
}

std::string reason_of(const State& state) {
    return state.unknown_word.empty() ? std::string{}
                                      : fmt::format("GitHub says: {}", shortened(to_utf8(state.unknown_word), 60));
}

builds::Step step_from(const boost::json::object& object) {
    const auto state = state_of(object);
    builds::Step step;
    step.number = static_cast<int>(std::clamp<std::int64_t>(number_of(object, "number"), 0, 65'535));
    step.name = text_of(object, "name");
    step.status = state.status;
    step.conclusion = state.conclusion;
    step.started_at = time_of(object, "started_at");
    step.completed_at = time_of(object, "completed_at");
    return step;
}

std::string labels_of(const boost::json::object& job) {
    std::string labels;
    for (const auto& label : array_of(job, "labels")) {
        if (label.is_string())
            labels += fmt::format("{}{}", labels.empty() ? "" : ", ", std::string_view{label.get_string()});
    }
    return shortened(to_utf8(labels), 120);
}

/// Why a job doesn't run yet, where the status alone doesn't say it.
std::string waiting_reason(const boost::json::object& object, Status status) {
    if (status == Status::waiting) return "it waits for an approval or another protection rule of its environment";
    if (status == Status::pending) return "it waits for another job of its concurrency group";
    if (status == Status::queued) {
        const auto labels = labels_of(object);
        return labels.empty() ? "it waits for a runner"
                              : fmt::format(
                                    "it waits for a runner with the labels {}; if it goes on waiting, none of "
                                    "them is online or free (Settings, Actions, Runners on GitHub)",
                                    labels);
    }
    return {};
}

}  // namespace

std::string workflow_file_of(std::string_view path) {
    path = path.substr(0, path.find('@'));
    constexpr std::string_view folder = ".github/workflows/";
    if (path.starts_with(folder)) path.remove_prefix(folder.size());
    return std::string{path};
}

builds::Run run_from(const boost::json::object& object) {
    const auto state = state_of(object);
    builds::Run run;
    run.id = number_of(object, "id");
    run.attempt = static_cast<int>(std::clamp<std::int64_t>(number_of(object, "run_attempt"), 1, 1'000'000));
    run.name = text_of(object, "name");
    run.live_log = builds::LiveLog::steps;
    run.title = text_of(object, "display_title");
    run.workflow_file = workflow_file_of(text_of(object, "path"));
    run.head_branch = text_of(object, "head_branch");
    run.head_sha = text_of(object, "head_sha");
    run.status = state.status;
    run.conclusion = state.conclusion;
    run.reason = reason_of(state);
    run.html_url = text_of(object, "html_url");
    run.logs_url = run.html_url;
    run.created_at = time_of(object, "created_at").value_or(WallTime{});
    run.updated_at = time_of(object, "updated_at").value_or(run.created_at);
    if (run.status == Status::in_progress || run.status == Status::completed) {
        run.started_at = time_of(object, "run_started_at");
    }
    if (run.status == Status::completed) run.completed_at = run.updated_at;
    if (run.conclusion == Conclusion::startup_failure) {
        run.reason = "GitHub could not start it: the workflow file is not valid at this commit. Its page says where.";
    } else if (run.conclusion == Conclusion::action_required) {
        run.reason = "A maintainer has to approve it on GitHub before it runs.";
    } else if (run.status == Status::pending) {
        run.reason =
            "It waits for another run of its concurrency group, and starts by itself when that is over. builds.list "
            "shows which one runs; builds.cancel ends it.";
    }
    run.preview.run_id = run.id;
    run.preview.branch = run.head_branch;
    return run;
}

builds::Job job_from(const boost::json::object& object) {
    const auto state = state_of(object);
    builds::Job job;
    job.id = number_of(object, "id");
    job.name = text_of(object, "name");
    job.status = state.status;
    job.conclusion = state.conclusion;
    job.reason = reason_of(state);
    if (job.reason.empty()) job.reason = waiting_reason(object, state.status);
    // `started_at` of a job that still waits is the time at which it was made.
    if (state.status == Status::in_progress || state.status == Status::completed) {
        job.started_at = time_of(object, "started_at");
    }
    job.completed_at = time_of(object, "completed_at");
    for (const auto& step : array_of(object, "steps")) job.steps.push_back(step_from(as_object(step)));
    std::ranges::sort(job.steps, {}, &builds::Step::number);
    return job;
}

}  // namespace flux::providers::github
