#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "providers/local/run_execution.hpp"

// What an attempt comes to, and its preview.

namespace flux::providers::local {

namespace {

using builds::Conclusion;
using builds::Status;
using workflow::JobResult;

}  // namespace

bool RunExecution::all_over() const {
    return std::ranges::all_of(nodes_, [](const Node& node) { return node.over; });
}

builds::Conclusion RunExecution::conclude() const {
    std::vector<workflow::JobOutcome> outcomes;
    bool timed_out = false;
    bool otherwise_failed = false;
    for (const auto& instance : instances_) {
        outcomes.push_back({.result = result_of(instance.conclusion), .continue_on_error = instance.continue_on_error});
        if (instance.continue_on_error || outcomes.back().result != JobResult::failure) continue;
        (instance.conclusion == Conclusion::timed_out ? timed_out : otherwise_failed) = true;
    }
    switch (workflow::combined(outcomes)) {
    case JobResult::success: return Conclusion::success;
    case JobResult::cancelled: return Conclusion::cancelled;
    case JobResult::skipped: return Conclusion::skipped;
    case JobResult::failure: break;
    }
    return timed_out && !otherwise_failed ? Conclusion::timed_out : Conclusion::failure;
}

std::string RunExecution::first_failure() const {
    for (const auto& instance : instances_) {
        if (instance.continue_on_error || result_of(instance.conclusion) != JobResult::failure) continue;
        const auto job = instance.job->snapshot();
        return fmt::format("job `{}` ended as {}{}{}", job.name, builds::name_of(instance.conclusion),
                           job.reason.empty() ? "" : ": ", job.reason);
    }
    return {};
}

void RunExecution::finish_if_over() {
    Conclusion conclusion{};
    std::string reason;
    {
        const std::scoped_lock lock{mutex_};
        if (finishing_ || !all_over()) return;
        finishing_ = true;
        conclusion = conclude();
        if (conclusion == Conclusion::cancelled) {
            reason = cancel_reason_;
            for (const auto& instance : instances_) {
                if (!reason.empty()) break;
                if (instance.conclusion == Conclusion::cancelled) reason = instance.job->snapshot().reason;
            }
        } else if (conclusion != Conclusion::success && conclusion != Conclusion::skipped) {
            reason = first_failure();
        }
    }
    auto preview = publish(conclusion);
    remove_tree(workshop_.folders.work(id_, attempt_));
    if (conclusion == Conclusion::success) {
        remove_tree(workshop_.folders.sites(id_, attempt_));
        remove_tree(workshop_.folders.artifacts(id_, attempt_));
    }
    complete(conclusion, std::move(reason), std::move(preview));
}

builds::Preview RunExecution::publish(Conclusion conclusion) {
    builds::Run run;
    std::vector<std::filesystem::path> deployed;
    std::vector<const Instance*> found;
    std::string elsewhere;
    {
        const std::scoped_lock lock{mutex_};
        run = run_;
        for (const auto& instance : instances_) {
            if (instance.site) deployed.push_back(*instance.site);
            if (instance.found) found.push_back(&instance);
            if (!instance.page_url.empty()) elsewhere = instance.page_url;
        }
    }
    auto preview = run.preview;
    preview.state = builds::PreviewState::failed;
    if (conclusion != Conclusion::success) {
        preview.reason = conclusion == Conclusion::cancelled ? "The run was cancelled."
                         : conclusion == Conclusion::skipped ? "Every job was skipped, so nothing was built."
                                                             : "The run failed.";
        return preview;
    }
    if (!deployed.empty()) return workshop_.publisher.publish(run, order_.record.site_id, deployed.back());
    if (!elsewhere.empty()) {
        // Not looked at: a workflow must not choose what this server connects to.
        preview.state = builds::PreviewState::deployed;
        preview.url = elsewhere;
        preview.alias_url.clear();
        preview.path_url.clear();
        preview.reason = "It is served elsewhere, as its workflow says; this server has not looked.";
        return preview;
    }
    if (found.size() == 1) {
        add_note(
            fmt::format("No step deployed a page, so the folder `{}` is shown. Say it in the workflow: "
                        "actions/upload-pages-artifact with `path: {}`, then actions/deploy-pages.",
                        found.front()->found_name, found.front()->found_name));
        return workshop_.publisher.publish(run, order_.record.site_id, *found.front()->found);
    }
    preview.reason =
        found.empty()
            ? "The run succeeded but published nothing. Add to its workflow a step `uses: "
              "actions/upload-pages-artifact@v3` with `path:` of the built folder, and `uses: actions/deploy-pages@v4`."
            : "Several jobs made something that looks like a site. Say which: `uses: actions/upload-pages-artifact@v3` "
              "with its `path:`, then `uses: actions/deploy-pages@v4`.";
    return preview;
}

void RunExecution::complete(Conclusion conclusion, std::string reason, builds::Preview preview) {
    builds::Run over;
    {
        const std::scoped_lock lock{mutex_};
        if (completing_) {
            // It was given up while it published: what nobody is told of must not be the branch's newest.
            std::ignore = workshop_.publisher.sites().remove(order_.record.site_id);
            return;
        }
        completing_ = true;
        over = run_;
        over.status = Status::completed;
        over.conclusion = conclusion;
        over.reason = std::move(reason);
        over.preview = std::move(preview);
        over.completed_at = over.updated_at = workshop_.clock.wall_now();
        over.version = ++version_;
    }
    bool saved = true;
    try {
        workshop_.records.save_attempt(over);
    } catch (const store::DatabaseFailure&) {
        saved = false;
    }
    // Whoever sees that it is over may do it again at once, so it has to be out of the way by then.
    if (saved) on_over_();
    {
        const std::scoped_lock lock{mutex_};
        run_ = std::move(over);
        unsaved_ = !saved;
    }
    watch_->state_moved();
    watch_->log.bump();
}

}  // namespace flux::providers::local
