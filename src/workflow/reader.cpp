#include "workflow/reader.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workflow/field_reader.hpp"
#include "workflow/yaml_tree.hpp"

namespace flux::workflow {

namespace {

using Expected = FieldReader::Expected;

constexpr std::size_t max_jobs = 1000;

std::optional<Concurrency> read_concurrency(FieldReader& reader, const YamlNode& mapping, Where where) {
    const auto* node = mapping.find("concurrency");
    if (node == nullptr) return std::nullopt;
    if (node->kind == YamlNode::Kind::scalar) {
        auto group = reader.field(mapping, "concurrency", where);
        return Concurrency{*std::move(group), std::nullopt, node->place};
    }
    if (!reader.is_mapping(*node, "`concurrency`")) return std::nullopt;
    reader.only(*node, "`concurrency`", {"group", "cancel-in-progress", "queue"});
    auto group = reader.field(*node, "group", where);
    auto cancel = reader.field(*node, "cancel-in-progress", where, Expected::boolean);
    if (node->find("group") == nullptr) reader.refuse(node->place, "`concurrency` needs a `group`.");
    if (!group) return std::nullopt;
    return Concurrency{*std::move(group), std::move(cancel), node->place};
}

std::optional<Environment> read_environment(FieldReader& reader, const YamlNode& mapping) {
    const auto* node = mapping.find("environment");
    if (node == nullptr) return std::nullopt;
    if (node->kind == YamlNode::Kind::scalar)
        return Environment{*reader.field(mapping, "environment", Where::job_setting), std::nullopt};
    if (!reader.is_mapping(*node, "`environment`")) return std::nullopt;
    reader.only(*node, "`environment`", {"name", "url", "deployment"});
    auto name = reader.field(*node, "name", Where::job_setting);
    auto url = reader.field(*node, "url", Where::environment_url);
    if (node->find("name") == nullptr) reader.refuse(node->place, "`environment` needs a `name`.");
    if (!name) return std::nullopt;
    return Environment{*std::move(name), std::move(url)};
}

void check_matrix(FieldReader& reader, const YamlNode& matrix) {
    if (matrix.kind == YamlNode::Kind::scalar) {
        if (matrix.text.find("${{") == std::string::npos)
            reader.refuse(matrix.place, "`matrix` has to be a mapping of lists, or one expression that gives it.");
        return;
    }
    if (!reader.is_mapping(matrix, "`matrix`")) return;
    for (const auto& member : matrix.members) {
        const bool is_expression =
            member.value.kind == YamlNode::Kind::scalar && member.value.text.find("${{") != std::string::npos;
        if (!is_expression &&
            reader.is_sequence(member.value, fmt::format("`matrix.{}`", shortened(member.name, 60))) &&
            member.value.items.empty() && member.name != "include" && member.name != "exclude") {
            reader.refuse(member.value.place, fmt::format("`matrix.{}` is empty.", shortened(member.name, 60)),
                          "Give it at least one value, or remove it.");
        }
    }
}

std::optional<Strategy> read_strategy(FieldReader& reader, const YamlNode& mapping) {
    const auto* node = mapping.find("strategy");
    if (node == nullptr || !reader.is_mapping(*node, "`strategy`")) return std::nullopt;
    reader.only(*node, "`strategy`", {"matrix", "fail-fast", "max-parallel"});
    Strategy strategy;
    strategy.place = node->place;
    if (const auto* matrix = node->find("matrix")) {
        check_matrix(reader, *matrix);
        strategy.matrix = reader.tree(*matrix, Where::strategy);
    }
    strategy.fail_fast = reader.field(*node, "fail-fast", Where::strategy, Expected::boolean);
    strategy.max_parallel = reader.field(*node, "max-parallel", Where::strategy, Expected::number);
    return strategy;
}

std::vector<Name> read_needs(FieldReader& reader, const YamlNode& mapping) {
    std::vector<Name> needs;
    const auto* node = mapping.find("needs");
    if (node == nullptr) return needs;
    if (node->kind == YamlNode::Kind::scalar) {
        needs.push_back({node->text, node->place});
    } else if (reader.is_sequence(*node, "`needs`")) {
        for (const auto& item : node->items) {
            if (reader.is_text(item, "A job in `needs`")) needs.push_back({item.text, item.place});
        }
    }
    return needs;
}

void read_place_of_work(FieldReader& reader, const YamlNode& node, Job& job) {
    const auto* runs_on = node.find("runs-on");
    const auto* steps = node.find("steps");
    job.uses = reader.name(node, "uses");
    if (job.uses) {
        if (steps != nullptr)
            reader.refuse(steps->place, "A job with `uses` has no `steps` of its own.", "Keep one of them.");
        return;
    }
    if (runs_on == nullptr) {
        reader.refuse(job.place, fmt::format("The job `{}` has no `runs-on`.", shortened(job.key, 100)),
                      "Add `runs-on: ubuntu-latest`.");
    } else if (runs_on->kind == YamlNode::Kind::null) {
        reader.refuse(runs_on->place, "`runs-on` is empty.", "Write `runs-on: ubuntu-latest`.");
    } else {
        job.runs_on = reader.tree(*runs_on, Where::runs_on);
    }
    if (steps == nullptr || (steps->kind == YamlNode::Kind::sequence && steps->items.empty())) {
        reader.refuse(job.place, fmt::format("The job `{}` has no `steps`.", shortened(job.key, 100)),
                      "Give it at least one.");
    } else {
        job.steps = read_steps(reader, *steps, false);
    }
}

Job read_job(FieldReader& reader, const YamlNode::Member& member) {
    Job job;
    job.key = member.name;
    job.place = member.place;
    reader.check_id(member.name, member.place, "a job");
    const auto& node = member.value;
    if (!reader.is_mapping(node, fmt::format("The job `{}`", shortened(member.name, 100)))) return job;
    reader.only(
        node, "A job",
        {"name",      "needs",    "if",       "runs-on", "permissions",     "environment", "concurrency",
         "outputs",   "env",      "defaults", "steps",   "timeout-minutes", "strategy",    "continue-on-error",
         "container", "services", "uses",     "with",    "secrets",         "snapshot",    "cancel-timeout-minutes"});
    job.name = reader.field(node, "name", Where::job_name);
    job.needs = read_needs(reader, node);
    job.condition = reader.condition(node, Where::job_if);
    job.strategy = read_strategy(reader, node);
    job.env = reader.entries(node, "env", Where::job_env);
    job.outputs = reader.entries(node, "outputs", Where::job_output);
    job.continue_on_error = reader.field(node, "continue-on-error", Where::job_setting, Expected::boolean);
    job.timeout_minutes = reader.field(node, "timeout-minutes", Where::job_setting, Expected::number);
    job.defaults = reader.run_defaults(node, Where::job_defaults);
    job.environment = read_environment(reader, node);
    job.concurrency = read_concurrency(reader, node, Where::job_setting);
    for (const auto& [name, place, value] : node.members) {
        if (name == "container") job.container = place;
        if (name == "services") job.services = place;
    }
    read_place_of_work(reader, node, job);
    return job;
}

/// Looks for needs that don't exist or that lead back to where they came from.
class NeedsCheck {
public:
    NeedsCheck(FieldReader& reader, const std::vector<Job>& jobs) : reader_{reader}, jobs_{jobs}, states_(jobs.size()) {
        for (std::size_t i = 0; i < jobs.size(); ++i) indices_.emplace(ascii_lower(jobs[i].key), i);
    }

    void run() {
        for (const auto& job : jobs_) {
            for (const auto& need : job.needs) {
                if (!indices_.contains(ascii_lower(need.text))) refuse_unknown(job, need);
            }
        }
        for (std::size_t i = 0; i < jobs_.size(); ++i) walk(i);
    }

private:
    enum class State : std::uint8_t { unseen, open, done };

    void refuse_unknown(const Job& job, const Name& need) {
        std::vector<std::string> keys;
        for (const auto& each : jobs_) keys.push_back(each.key);
        const auto close = nearest(need.text, keys, 1);
        reader_.refuse(need.place,
                       fmt::format("The job `{}` needs `{}`, which isn't there.", shortened(job.key, 100),
                                   shortened(need.text, 100)),
                       close.empty() ? std::string{} : fmt::format("Did you mean `{}`?", close.front()));
    }

    /// Depth first with a stack of its own: a chain of needs may be as long as the file.
    void walk(std::size_t start) {
        if (states_[start] != State::unseen) return;
        std::vector<std::pair<std::size_t, std::size_t>> path{{start, 0}};
        states_[start] = State::open;
        while (!path.empty()) {
            auto& [job, next] = path.back();
            if (next == jobs_[job].needs.size()) {
                states_[job] = State::done;
                path.pop_back();
                continue;
            }
            const auto& need = jobs_[job].needs[next++];
            const auto found = indices_.find(ascii_lower(need.text));
            if (found == indices_.end() || states_[found->second] == State::done) continue;
            if (states_[found->second] == State::open) {
                reader_.refuse(need.place,
                               fmt::format("The jobs `{}` and `{}` wait for each other.",
                                           shortened(jobs_[job].key, 100), shortened(need.text, 100)),
                               "Remove one `needs` of the circle.");
                continue;
            }
            states_[found->second] = State::open;
            path.emplace_back(found->second, 0);
        }
    }

    FieldReader& reader_;
    const std::vector<Job>& jobs_;
    std::vector<State> states_;
    std::unordered_map<std::string, std::size_t> indices_;
};

void read_jobs(FieldReader& reader, const YamlNode& root, Workflow& workflow) {
    const auto* jobs = root.find("jobs");
    if (jobs == nullptr) return reader.refuse(root.place, "The workflow has no `jobs`.", "Add at least one job.");
    if (!reader.is_mapping(*jobs, "`jobs`")) return;
    if (jobs->members.empty()) return reader.refuse(jobs->place, "`jobs` is empty.", "Add at least one job.");
    if (jobs->members.size() > max_jobs)
        return reader.refuse(jobs->place,
                             fmt::format("The workflow has {} jobs; {} are allowed.", jobs->members.size(), max_jobs));
    for (const auto& member : jobs->members) workflow.jobs.push_back(read_job(reader, member));
    NeedsCheck{reader, workflow.jobs}.run();
}

Workflow read_root(FieldReader& reader, const YamlNode& root) {
    Workflow workflow;
    if (!reader.is_mapping(root, "A workflow")) return workflow;
    reader.only(root, "A workflow",
                {"name", "description", "run-name", "on", "env", "defaults", "concurrency", "permissions", "jobs"});
    if (const auto name = reader.name(root, "name")) workflow.name = name->text;
    workflow.run_name = reader.field(root, "run-name", Where::run_name);
    if (const auto* on = root.find("on")) {
        workflow.on = read_triggers(reader, *on);
    } else {
        reader.refuse(root.place, "The workflow has no `on`.", "Add `on: workflow_dispatch`.");
    }
    workflow.env = reader.entries(root, "env", Where::workflow_env);
    workflow.defaults = reader.run_defaults(root, Where::workflow_env);
    workflow.concurrency = read_concurrency(reader, root, Where::workflow_concurrency);
    read_jobs(reader, root, workflow);
    return workflow;
}

}  // namespace

tl::expected<ReadWorkflow, Diagnostics> read_workflow(std::string_view text, std::string file_name) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto root = read_yaml(text);
    if (!root) return tl::unexpected{Diagnostics{root.error()}};
    FieldReader reader{text};
    auto workflow = read_root(reader, *root);
    workflow.file_name = std::move(file_name);
    if (!reader.diagnostics().empty()) {
        auto diagnostics = reader.diagnostics();
        std::ranges::sort(diagnostics, {},
                          [](const Diagnostic& each) { return std::pair{each.place.line, each.place.column}; });
        return tl::unexpected{std::move(diagnostics)};
    }
    return ReadWorkflow{std::move(workflow), reader.notes()};
}

}  // namespace flux::workflow
