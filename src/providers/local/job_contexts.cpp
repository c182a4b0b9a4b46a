#include "providers/local/job_contexts.hpp"

#include <fmt/format.h>

namespace flux::providers::local {

workflow::Value github_context(const RunFacts& run, const std::string& job) {
    const auto slash = run.repository.find('/');
    const auto owner = run.repository.substr(0, slash);
    const auto name = slash == std::string::npos ? run.repository : run.repository.substr(slash + 1);
    const auto ref = "refs/heads/" + run.branch;
    const auto path = ".github/workflows/" + run.workflow_file;

    workflow::Object owner_object;
    owner_object.set("login", owner);
    owner_object.set("name", owner);
    workflow::Object repository;
    repository.set("id", 1);
    repository.set("name", name);
    repository.set("full_name", run.repository);
    repository.set("private", true);
    repository.set("owner", std::move(owner_object));
    repository.set("default_branch", run.default_branch.empty() ? run.branch : run.default_branch);
    repository.set("html_url", run.server_url + "/" + run.repository);
    workflow::Object sender;
    sender.set("login", run.actor);
    workflow::Object event;
    event.set("inputs", run.event_inputs);
    event.set("ref", ref);
    event.set("repository", std::move(repository));
    event.set("sender", std::move(sender));
    event.set("workflow", path);

    workflow::Object github;
    if (!job.empty()) github.set("job", job);
    github.set("ref", ref);
    github.set("sha", run.head_sha);
    github.set("repository", run.repository);
    github.set("repository_owner", owner);
    github.set("repository_owner_id", "1");
    github.set("repositoryUrl", run.server_url + "/" + run.repository + ".git");
    github.set("run_id", std::to_string(run.run_id));
    github.set("run_number", std::to_string(run.run_number));
    github.set("retention_days", "90");
    github.set("run_attempt", std::to_string(run.attempt));
    github.set("repository_visibility", "private");
    github.set("repository_id", "1");
    github.set("actor_id", "1");
    github.set("actor", run.actor);
    github.set("triggering_actor", run.actor);
    github.set("workflow", run.workflow_name.empty() ? path : run.workflow_name);
    github.set("head_ref", "");
    github.set("base_ref", "");
    github.set("event_name", "workflow_dispatch");
    github.set("event", std::move(event));
    github.set("server_url", run.server_url);
    github.set("api_url", run.server_url + "/api/v3");
    github.set("graphql_url", run.server_url + "/api/graphql");
    github.set("ref_name", run.branch);
    github.set("ref_protected", false);
    github.set("ref_type", "branch");
    github.set("secret_source", "None");
    github.set("workflow_ref", fmt::format("{}/{}@{}", run.repository, path, ref));
    github.set("workflow_sha", run.head_sha);
    github.set("token", "");
    return github;
}

workflow::Value needs_context(const std::vector<NeedResult>& needs) {
    workflow::Object all;
    for (const auto& need : needs) {
        workflow::Object outputs;
        for (const auto& [name, value] : need.outputs) outputs.set(name, value);
        workflow::Object one;
        one.set("result", workflow::name_of(need.result));
        one.set("outputs", std::move(outputs));
        all.set(need.key, std::move(one));
    }
    return all;
}

workflow::Contexts planning_contexts(const RunFacts& run, const std::vector<NeedResult>& needs,
                                     const std::string& job) {
    workflow::Object vars;
    for (const auto& [name, value] : run.vars) vars.set(name, value);
    workflow::Contexts contexts;
    contexts.set("github", github_context(run, job));
    contexts.set("inputs", run.inputs);
    contexts.set("vars", std::move(vars));
    contexts.set("needs", needs_context(needs));
    return contexts;
}

}  // namespace flux::providers::local
