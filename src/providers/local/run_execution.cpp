#include "providers/local/run_execution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>

#include "providers/local/site_search.hpp"

namespace flux::providers::local {

namespace {

using builds::Conclusion;
using builds::Status;
using workflow::JobResult;

constexpr std::size_t most_notes = 50;

std::string waiting_for(const std::vector<std::string>& needs) {
    return needs.empty() ? std::string{} : fmt::format("waits for {}", fmt::join(needs, ", "));
}

/// Whether people can be sent there.
bool is_web_page(std::string_view url) {
    constexpr std::size_t longest = 2048;
    if (url.size() > longest) return false;
    if (url.starts_with("https://")) {
        url.remove_prefix(8);
    } else if (url.starts_with("http://")) {
        url.remove_prefix(7);
    } else {
        return false;
    }
    const auto is_plain = [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '<' && c != '>'; };
    return !url.empty() && url.front() != '/' && std::ranges::all_of(url, is_plain);
}

}  // namespace

JobResult result_of(Conclusion conclusion) {
    switch (conclusion) {
    case Conclusion::success:
    case Conclusion::neutral: return JobResult::success;
    case Conclusion::skipped: return JobResult::skipped;
    case Conclusion::cancelled: return JobResult::cancelled;
    default: return JobResult::failure;
    }
}

RunExecution::RunExecution(Workshop workshop, AttemptOrder order, std::shared_ptr<builds::RunWatch> watch,
                           std::function<void()> on_over)
    : workshop_{workshop},
      order_{std::move(order)},
      id_{order_.record.run.id},
      attempt_{order_.record.run.attempt},
      plan_{*order_.workflow},
      watch_{std::move(watch)},
      on_over_{std::move(on_over)},
      run_{order_.record.run},
      nodes_(order_.workflow->jobs.size()),
      version_{order_.record.run.version} {
    run_.jobs.clear();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const auto& carried = order_.carried[i];
        for (const auto& job : order_.record.run.jobs) {
            if (job.key != order_.workflow->jobs[i].key) continue;
            auto& instance = add_instance(i, job);
            if (!carried) continue;
            instance.stage = Instance::Stage::over;
            instance.conclusion = job.conclusion.value_or(Conclusion::success);
            instance.site = carried->site;
            instance.page_url = carried->page_url;
        }
        if (carried) {
            nodes_[i].expanded = nodes_[i].over = true;
            nodes_[i].result = carried->result;
            nodes_[i].outputs = carried->outputs;
        }
    }
}

RunExecution::Instance& RunExecution::add_instance(std::size_t node, builds::Job job) {
    auto& instance = instances_.emplace_back();
    instance.node = node;
    instance.job = std::make_unique<LiveJob>(
        std::move(job), workshop_.records, workshop_.clock, [this] { touch(); },
        [this](const std::string& text) { add_note(text); });
    nodes_[node].instances.push_back(&instance);
    return instance;
}

void RunExecution::start() {
    {
        const std::scoped_lock lock{mutex_};
        if (run_.status == Status::pending) {
            run_.status = Status::queued;
            run_.reason.clear();
            save_attempt();
        }
        advance();
    }
    finish_if_over();
}

void RunExecution::hold() {
    const std::scoped_lock lock{mutex_};
    if (run_.status != Status::queued) return;
    run_.status = Status::pending;
    run_.reason = "waits for another run of its concurrency group";
    save_attempt();
}

JobOrder RunExecution::order_for(const Instance& instance) const {
    const auto job = instance.job->snapshot();
    const auto work = workshop_.folders.work(id_, attempt_) / std::to_string(job.id);
    JobOrder order;
    order.run = order_.facts;
    order.workflow = order_.workflow.get();
    order.job = &order_.workflow->jobs[instance.node];
    order.job_id = job.id;
    order.display_name = job.name;
    order.matrix = instance.combination.matrix;
    order.strategy = instance.strategy;
    order.needs = needs_of(instance.node);
    order.directories = {.workspace = work / "workspace",
                         .temp = work / "temp",
                         .home = work / "home",
                         .artifacts = workshop_.folders.artifacts(id_, attempt_),
                         .staging = workshop_.folders.sites(id_, attempt_) / std::to_string(job.id),
                         .tools = workshop_.options.tools};
    order.default_timeout = workshop_.options.job_timeout;
    order.step_log_bytes = workshop_.options.step_log_bytes;
    order.strict_tools = workshop_.options.strict_tools;
    return order;
}

void RunExecution::work_on(Instance& instance) {
    JobOrder order;
    {
        const std::scoped_lock lock{mutex_};
        if (instance.stage != Instance::Stage::queued) return;
        instance.stage = Instance::Stage::running;
        order = order_for(instance);
        if (run_.status != Status::in_progress) {
            run_.status = Status::in_progress;
            run_.reason.clear();
            run_.started_at = workshop_.clock.wall_now();
            run_.preview.state = builds::PreviewState::building;
            save_attempt();
        }
    }
    auto outcome = run_or_explain(instance, order);
    look_for_site(instance, outcome, order);
    remove_tree(order.directories.workspace.parent_path());
    {
        const std::scoped_lock lock{mutex_};
        if (outcome.conclusion != Conclusion::success && outcome.reason.empty()) outcome.reason = instance.stop_reason;
        instance.conclusion = outcome.conclusion;
        instance.stage = Instance::Stage::over;
        if (!outcome.outputs.empty()) nodes_[instance.node].outputs = outcome.outputs;
    }
    JobRemains remains{.log_job = order.job_id,
                       .log_attempt = attempt_,
                       .outputs = outcome.outputs,
                       .site = {},
                       .page_url = instance.page_url};
    if (instance.site) {
        remains.site = instance.site->lexically_relative(workshop_.folders.run(id_)).string();
    }
    try {
        workshop_.records.save_remains(order.job_id, remains);
    } catch (const store::DatabaseFailure&) {
        add_note("The outputs of a job couldn't be recorded: a later attempt won't see them.");
    }
    instance.job->end(outcome.conclusion, outcome.reason);
    {
        const std::scoped_lock lock{mutex_};
        react_to(instance);
        advance();
    }
    finish_if_over();
}

JobOutcome RunExecution::run_or_explain(Instance& instance, const JobOrder& order) {
    const auto failed = [](Conclusion conclusion, std::string reason) {
        JobOutcome outcome;
        outcome.conclusion = conclusion;
        outcome.reason = std::move(reason);
        return outcome;
    };
    try {
        instance.job->begin(workshop_.folders.log(id_, attempt_, order.job_id));
        return run_job(order, *instance.job, instance.stop.get_token(), workshop_.sandbox);
    } catch (const Abandoned&) {
        instance.job->remark("##[error]The job was interrupted: the server stopped.");
        return failed(Conclusion::cancelled, "interrupted");
    } catch (const std::system_error& error) {
        return failed(Conclusion::failure, fmt::format("the job's log can't be written: {}", error.what()));
    } catch (const std::exception& error) {
        return failed(Conclusion::failure, fmt::format("the server failed while it ran the job: {}", error.what()));
    }
}

void RunExecution::look_for_site(Instance& instance, const JobOutcome& outcome, const JobOrder& order) {
    if (outcome.conclusion != Conclusion::success) return;
    if (outcome.site) {
        const std::scoped_lock lock{mutex_};
        instance.site = outcome.site;
        return;
    }
    if (auto url = page_elsewhere(outcome); !url.empty()) {
        const std::scoped_lock lock{mutex_};
        instance.page_url = std::move(url);
        return;
    }
    const auto started = instance.job->snapshot().started_at.value_or(WallTime{});
    auto found = take_site(workshop_.repository, order_.facts.head_sha, order.directories.workspace,
                           order.directories.staging / "found", started);
    if (!found) return;
    const std::scoped_lock lock{mutex_};
    instance.found = std::move(found->folder);
    instance.found_name = std::move(found->name);
}

/// What the job's environment, or else its output `preview_url`, says of a page that isn't ours. FLUX_PREVIEW_URL is.
std::string RunExecution::page_elsewhere(const JobOutcome& outcome) const {
    const auto fits = [this](std::string_view url) {
        const std::string_view own{order_.facts.preview_url};
        return is_web_page(url) && !url.starts_with(own) && url != own.substr(0, own.size() - 1);
    };
    if (fits(outcome.environment_url)) return outcome.environment_url;
    for (const auto& [name, value] : outcome.outputs) {
        if ((name == "preview_url" || name == "preview-url") && fits(value)) return value;
    }
    return {};
}

bool RunExecution::save_attempt() {
    // Its end stands in the records already.
    if (completing_ && run_.status != Status::completed) return true;
    run_.updated_at = workshop_.clock.wall_now();
    run_.version = ++version_;
    try {
        workshop_.records.save_attempt(run_);
        unsaved_ = false;
    } catch (const store::DatabaseFailure&) {
        unsaved_ = true;
    }
    watch_->state_moved();
    return !unsaved_;
}

void RunExecution::touch() {
    ++version_;
    watch_->state_moved();
}

void RunExecution::add_note(const std::string& text) {
    const std::scoped_lock lock{mutex_};
    if (run_.notes.size() >= most_notes || std::ranges::find(run_.notes, text) != run_.notes.end()) return;
    run_.notes.push_back(text);
    save_attempt();
}

builds::Run RunExecution::snapshot() {
    builds::Run run;
    {
        const std::scoped_lock lock{mutex_};
        run = run_;
        run.version = version_;
        for (auto& instance : instances_) {
            instance.job->flush_log();
            auto job = instance.job->snapshot();
            if (instance.stage == Instance::Stage::waiting) {
                job.reason = nodes_[instance.node].expanded ? "waits for `max-parallel`" : waiting_for(job.needs);
            } else if (instance.stage == Instance::Stage::queued) {
                job.reason = fmt::format("waits for one of {} runners", workshop_.options.jobs_at_once);
            }
            run.jobs.push_back(std::move(job));
        }
    }
    workshop_.publisher.complete(run.preview, order_.record.site_id);
    return run;
}

std::optional<builds::Job> RunExecution::find_job(std::int64_t id) {
    const std::scoped_lock lock{mutex_};
    for (auto& instance : instances_) {
        if (instance.job->id() != id) continue;
        instance.job->flush_log();
        return instance.job->snapshot();
    }
    return {};
}

bool RunExecution::cancel(const std::string& reason) {
    {
        const std::scoped_lock lock{mutex_};
        if (cancelling_ || finishing_) return false;
        cancelling_ = true;
        cancel_reason_ = reason;
        for (auto& instance : instances_) {
            if (instance.stage == Instance::Stage::over) continue;
            instance.stop_reason = reason;
            instance.stop.request_stop();
            // A job that waits for its turn is one that may not start any more, unless it is there for cancellations.
            const bool has_turn = nodes_[instance.node].expanded && instance.stage != Instance::Stage::running;
            if (!has_turn) continue;
            settle(instance, Conclusion::cancelled, reason);
        }
        touch();
        advance();
    }
    finish_if_over();
    return true;
}

void RunExecution::interrupt() {
    {
        const std::scoped_lock lock{mutex_};
        interrupted_ = true;
        for (auto& instance : instances_) {
            instance.job->abandon();
            // A run that is being cancelled may have started jobs that are there for cancellations.
            if (cancelling_) instance.stop.request_stop();
        }
    }
    cancel("interrupted");
}

void RunExecution::record_as_interrupted() {
    {
        const std::scoped_lock lock{mutex_};
        finishing_ = true;
        for (auto& instance : instances_) {
            if (instance.stage != Instance::Stage::over) settle(instance, Conclusion::cancelled, "interrupted");
        }
    }
    auto preview = order_.record.run.preview;
    preview.state = builds::PreviewState::failed;
    preview.reason = "The run was interrupted: the server stopped.";
    complete(Conclusion::cancelled, "interrupted", std::move(preview));
}

void RunExecution::tick() {
    bool lines = false;
    bool settled = false;
    {
        const std::scoped_lock lock{mutex_};
        for (auto& instance : instances_) {
            lines = instance.job->flush_log() || lines;
            instance.job->save_again();
        }
        if (unsaved_) settled = save_attempt() && run_.status == Status::completed;
    }
    if (lines) watch_->log.bump();
    if (settled) on_over_();
}

}  // namespace flux::providers::local
