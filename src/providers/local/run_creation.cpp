#include "providers/local/run_creation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "builds/request_text.hpp"
#include "providers/local/digest.hpp"
#include "providers/local/job_contexts.hpp"
#include "providers/local/rerun_plan.hpp"
#include "workflow/value_json.hpp"

namespace flux::providers::local {

namespace {

/// `[[name, value], …]` sorted by name, so that the order in which a client wrote them doesn't matter.
std::string to_field(builds::Inputs inputs) {
    std::ranges::sort(inputs, {}, [](const auto& input) { return input.first; });
    workflow::Value::Array items;
    for (const auto& [name, value] : inputs) {
        auto given = std::visit([](const auto& one) { return workflow::Value{one}; }, value);
        items.emplace_back(workflow::Value::Array{workflow::Value{name}, std::move(given)});
    }
    return workflow::to_compact_json(workflow::Value{std::move(items)});
}

builds::Inputs inputs_from(const std::string& field) {
    using Kind = workflow::Value::Kind;
    builds::Inputs inputs;
    const auto value = workflow::from_json(field);
    if (!value || value->kind() != Kind::array) return inputs;
    for (const auto& pair : value->array()) {
        if (pair.kind() != Kind::array || pair.array().size() != 2) continue;
        const auto& given = pair.array()[1];
        builds::InputValue input = workflow::to_string(given);
        if (given.kind() == Kind::boolean) input = given.boolean();
        if (given.kind() == Kind::number) input = given.number();
        inputs.emplace_back(workflow::to_string(pair.array()[0]), std::move(input));
    }
    return inputs;
}

std::string digest_of(const builds::CreateRequest& request, const std::string& default_workflow) {
    Digest digest;
    digest.add(builds::request_text(request, default_workflow));
    return to_hex(digest.finish());
}

}  // namespace

builds::Run RunCreation::shown(RunRecord record) const {
    auto run = std::move(record.run);
    run.html_url = fmt::format("{}/runs/{}", workshop_.options.server_url, run.id);
    run.logs_url = run.html_url + "#logs";
    workshop_.publisher.complete(run.preview, record.site_id);
    return run;
}

Result<builds::Run> RunCreation::current(builds::RunId run) {
    if (const auto execution = runs_.find(run)) return execution->snapshot();
    auto record = workshop_.records.find(run);
    if (!record) return fail(Errc::not_found, fmt::format("There is no run {}.", run), "run_not_found");
    return shown(*std::move(record));
}

std::optional<Result<builds::Created>> RunCreation::answered_before(const builds::CreateRequest& request,
                                                                    const std::string& digest) {
    if (!request.idempotency_key) return {};
    const auto use = workshop_.records.find_key({request.principal, *request.idempotency_key});
    if (!use) return {};
    if (use->digest != digest) {
        return fail(Errc::conflict,
                    fmt::format("`idempotency_key` was used for another request, which made run {}. Use a new key for "
                                "this one.",
                                use->run),
                    "duplicate_conflict");
    }
    auto run = current(use->run);
    if (!run) return fail(std::move(run.error()));
    return builds::Created{.run = *std::move(run), .reused = true, .matched_by = "idempotency_key"};
}

Result<builds::Created> RunCreation::create(const builds::CreateRequest& request) {
    const auto digest = digest_of(request, workshop_.options.workflow_file);
    // A retry gets its answer even when the branch is gone meanwhile.
    if (!request.dry_run) {
        if (auto before = answered_before(request, digest)) return *std::move(before);
    }
    auto order = order_for(request, digest);
    if (!order) return fail(std::move(order.error()));
    if (request.dry_run) {
        auto run = shown(order->record);
        run.html_url.clear();
        run.logs_url.clear();
        run.preview.url.clear();
        run.preview.path_url.clear();
        return builds::Created{.run = std::move(run), .reused = false, .matched_by = "created"};
    }
    const std::scoped_lock lock{mutex_};
    if (auto before = answered_before(request, digest)) return *std::move(before);
    return start(*std::move(order), request);
}

Result<AttemptOrder> RunCreation::order_for(const builds::CreateRequest& request, const std::string& digest) {
    const auto head = workshop_.repository.head_of(request.branch);
    if (!head) return fail(head.error());
    const auto ready = ready_workflow(workshop_.repository, workshop_.options, request.branch.text(), head->head_sha,
                                      request.workflow);
    if (!ready) return fail(ready.error());

    AttemptOrder order;
    auto& record = order.record;
    record.principal = request.principal;
    record.digest = digest;
    record.inputs = to_field(request.inputs);
    record.run_number = workshop_.records.next_run_number(ready->file);
    record.run.workflow_file = ready->file;
    record.run.head_branch = request.branch.text();
    record.run.head_sha = head->head_sha;
    record.run.title = head->subject;
    record.run.jobs = waiting_jobs(*ready->workflow);
    record.remains.resize(record.run.jobs.size());
    order.carried.resize(ready->workflow->jobs.size());
    if (auto prepared = prepare(order, *ready, request.inputs); !prepared) return fail(std::move(prepared.error()));
    return order;
}

Result<void> RunCreation::prepare(AttemptOrder& order, const ReadyWorkflow& ready, const builds::Inputs& inputs) {
    auto& run = order.record.run;
    const auto checked = workflow::check_inputs(ready.workflow->on, inputs);
    if (!checked) return fail(checked.error());
    const auto directory = workshop_.repository.git_directory();
    if (!directory) return fail(directory.error());
    const auto default_branch = workshop_.repository.default_branch();
    if (!default_branch) return fail(default_branch.error());

    order.workflow = ready.workflow;
    run.name = ready.workflow->name.empty() ? workflow_path(ready.file) : ready.workflow->name;
    run.status = builds::Status::queued;
    run.isolation = workshop_.sandbox.level();
    run.notes = ready.notes;
    if (run.isolation == "none") {
        const auto& why = workshop_.sandbox.detail();
        run.notes.push_back(
            fmt::format("Its jobs run without a sandbox, as the server's own user{}{}", why.empty() ? "." : ": ", why));
    }
    for (const auto& job : ready.workflow->jobs) {
        if (!job.concurrency) continue;
        run.notes.push_back(
            fmt::format("`concurrency` of job `{}` isn't applied here; that of the workflow is.", job.key));
    }
    const auto now = workshop_.clock.wall_now();
    if (run.attempt == 1) run.created_at = now;
    run.updated_at = now;
    run.preview.branch = run.head_branch;

    auto& facts = order.facts;
    facts.run_id = run.id;
    facts.attempt = run.attempt;
    facts.run_number = order.record.run_number;
    facts.git_directory = *directory;
    facts.repository = workshop_.options.repository_name;
    facts.default_branch = *default_branch;
    facts.head_sha = run.head_sha;
    facts.branch = run.head_branch;
    facts.commit_subject = run.title;
    facts.workflow_name = run.name;
    facts.workflow_file = ready.file;
    facts.inputs = checked->inputs;
    facts.event_inputs = checked->event;
    facts.server_url = workshop_.options.server_url;
    facts.vars = workshop_.options.vars;
    facts.secrets = workshop_.options.secrets;
    facts.debug = order.record.debug;
    if (run.attempt == 1 && ready.workflow->run_name) {
        const auto title = workflow::evaluate_text(*ready.workflow->run_name, planning_contexts(facts, {}));
        if (!title) return fail(Errc::invalid_argument, title.error().message, "workflow_invalid");
        if (!title->empty()) run.title = *title;
    }
    return {};
}

Result<std::optional<RunsInProgress::Group>> RunCreation::group_of(const AttemptOrder& order) const {
    const auto& concurrency = order.workflow->concurrency;
    if (!concurrency) return std::optional<RunsInProgress::Group>{};
    const auto contexts = planning_contexts(order.facts, {});
    auto name = workflow::evaluate_text(concurrency->group, contexts);
    if (!name) return fail(Errc::invalid_argument, name.error().message, "workflow_invalid");
    RunsInProgress::Group group{.name = *std::move(name), .cancel_in_progress = false};
    if (concurrency->cancel_in_progress) {
        const auto cancels = workflow::evaluate_boolean(*concurrency->cancel_in_progress, contexts);
        if (!cancels) return fail(Errc::invalid_argument, cancels.error().message, "workflow_invalid");
        group.cancel_in_progress = *cancels;
    }
    return std::optional{std::move(group)};
}

Result<builds::Created> RunCreation::start(AttemptOrder order, const builds::CreateRequest& request) {
    auto& record = order.record;
    std::optional<RequestKey> key;
    if (request.idempotency_key) key = RequestKey{request.principal, *request.idempotency_key};
    if (!request.fresh) {
        const auto since = workshop_.clock.wall_now() - workshop_.options.reuse_window;
        if (const auto same =
                workshop_.records.find_same(record.principal, record.digest, record.run.head_sha, since)) {
            auto run = current(*same);
            if (!run) return fail(std::move(run.error()));
            if (key) workshop_.records.bind_key(*key, record.digest, *same);
            return builds::Created{.run = *std::move(run), .reused = true, .matched_by = "same_request"};
        }
    }
    if (auto room = runs_.has_room(); !room) return fail(std::move(room.error()));
    const auto group = group_of(order);
    if (!group) return fail(group.error());

    workshop_.records.add(record, key);
    order.facts.run_id = record.run.id;
    order.facts.preview_url = workshop_.publisher.url_of(record.site_id);
    record.run = shown(record);
    const auto execution = runs_.begin(workshop_, std::move(order), *group);
    return builds::Created{.run = execution->snapshot(), .reused = false, .matched_by = "created"};
}

Result<builds::Run> RunCreation::rerun(const builds::RerunRequest& request) {
    const std::scoped_lock lock{mutex_};
    if (runs_.find(request.run)) {
        return fail(Errc::conflict, fmt::format("Run {} goes on. Cancel it first, or wait for its end.", request.run),
                    "run_in_progress");
    }
    auto before = workshop_.records.find(request.run);
    if (!before) return fail(Errc::not_found, fmt::format("There is no run {}.", request.run), "run_not_found");
    const auto ready = same_workflow(workshop_.repository, before->run.head_sha, before->run.workflow_file);
    if (!ready) return fail(ready.error());
    auto plan = plan_rerun(*before, *ready->workflow, workshop_.folders, request.failed_only);
    if (!plan) return fail(std::move(plan.error()));
    if (auto room = runs_.has_room(); !room) return fail(std::move(room.error()));

    AttemptOrder order;
    auto& record = order.record;
    record = *before;
    record.debug = request.debug;
    record.remains = plan->remains;
    auto& run = record.run;
    ++run.attempt;
    ++run.version;
    run.jobs = plan->jobs;
    run.conclusion.reset();
    run.reason.clear();
    run.started_at.reset();
    run.completed_at.reset();
    run.preview = builds::Preview{};
    run.preview.run_id = run.id;
    order.carried = plan->carried;
    if (auto prepared = prepare(order, *ready, inputs_from(before->inputs)); !prepared) {
        return fail(std::move(prepared.error()));
    }
    const auto group = group_of(order);
    if (!group) return fail(group.error());

    workshop_.records.add_attempt(record);
    carry_artifacts(*before, *plan, workshop_.folders, run.attempt);
    order.facts.preview_url = workshop_.publisher.url_of(record.site_id);
    record.run = shown(record);
    return runs_.begin(workshop_, std::move(order), *group)->snapshot();
}

}  // namespace flux::providers::local
