#include "workflow/support.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "workflow/matrix.hpp"

namespace flux::workflow {

namespace {

constexpr std::array<std::string_view, 8> native_actions{
    "actions/checkout",     "actions/upload-artifact", "actions/download-artifact", "actions/upload-pages-artifact",
    "actions/deploy-pages", "actions/configure-pages", "actions/setup-node",        "actions/setup-python"};

/// Labels that this machine answers to; anything beginning with `ubuntu` as well.
constexpr std::array<std::string_view, 4> own_labels{"self-hosted", "linux", "x64", "arm64"};

bool is_static(const Tree& tree) {
    if (const auto* leaf = std::get_if<Template>(&tree.value)) return leaf->is_literal();
    if (const auto* items = std::get_if<Tree::Sequence>(&tree.value)) return std::ranges::all_of(*items, is_static);
    return std::ranges::all_of(std::get<Tree::Mapping>(tree.value),
                               [](const Tree::Member& member) { return is_static(member.value); });
}

bool mentions_only_matrix(const Template& value) {
    return std::ranges::all_of(value.parts(), [](const Template::Part& part) {
        const auto* expression = std::get_if<Expression>(&part);
        return expression == nullptr || std::ranges::all_of(expression->contexts(), [](const auto& context) {
                   return context.name == "matrix";
               });
    });
}

bool mentions_only_matrix(const Tree& tree) {
    if (const auto* leaf = std::get_if<Template>(&tree.value)) return mentions_only_matrix(*leaf);
    if (const auto* items = std::get_if<Tree::Sequence>(&tree.value)) {
        return std::ranges::all_of(*items, [](const Tree& item) { return mentions_only_matrix(item); });
    }
    return std::ranges::all_of(std::get<Tree::Mapping>(tree.value),
                               [](const Tree::Member& member) { return mentions_only_matrix(member.value); });
}

/// What `runs-on` comes to, as far as the file alone tells; the values of each combination of a matrix.
std::vector<Value> known_labels(const Job& job) {
    if (is_static(*job.runs_on)) return {*evaluate(*job.runs_on, Contexts{})};
    const bool matrix_is_known = job.strategy && job.strategy->matrix && is_static(*job.strategy->matrix);
    if (!matrix_is_known || !mentions_only_matrix(*job.runs_on)) return {};
    const auto matrix = evaluate(*job.strategy->matrix, Contexts{});
    const auto combinations = matrix ? expand_matrix(*matrix) : fail(matrix.error());
    std::vector<Value> labels;
    if (!combinations) return labels;
    for (const auto& combination : *combinations) {
        Contexts contexts;
        contexts.set("matrix", combination.matrix);
        if (auto value = evaluate(*job.runs_on, contexts)) labels.push_back(*std::move(value));
    }
    return labels;
}

void check_labels(const Value& labels, Place place, Support& support) {
    if (auto problem = runs_on_problem(labels, place)) {
        if (std::ranges::find(support.refusals, *problem) == support.refusals.end())
            support.refusals.push_back(*std::move(problem));
        return;
    }
    const auto text = labels.kind() == Value::Kind::array && !labels.array().empty() ? to_string(labels.array().front())
                                                                                     : to_string(labels);
    if (!ascii_lower(text).starts_with("ubuntu")) return;
    Diagnostic note{place, fmt::format("`runs-on: {}` runs on this machine, not on GitHub's image of that name.", text),
                    "What the image would bring has to be installed here."};
    // Said once for all jobs of that label: a reader pays for every line.
    if (std::ranges::find(support.notes, note.message, &Diagnostic::message) != support.notes.end()) return;
    support.notes.push_back(std::move(note));
}

void check_uses(const Name& uses, Support& support) {
    const auto reference = action_reference(uses.text);
    const auto shown = shortened(uses.text, 120);
    switch (reference.kind) {
    case ActionReference::Kind::local:
    case ActionReference::Kind::native: return;
    case ActionReference::Kind::docker:
        support.refusals.push_back({uses.place, fmt::format("`uses: {}` needs containers.", shown),
                                    "Do the same with a `run` step, or with programs installed on this machine."});
        return;
    case ActionReference::Kind::remote:
        support.refusals.push_back(
            {uses.place, fmt::format("`uses: {}` would have to be fetched from the network.", shown),
             fmt::format(
                 "Copy the action into the repository and use it as `./path`, replace it by a `run` step, or use "
                 "one of those built in: {}.",
                 fmt::join(native_actions, ", "))});
        return;
    case ActionReference::Kind::invalid:
        support.refusals.push_back({uses.place, fmt::format("`uses: {}` names no action.", shown),
                                    "Write `owner/name@ref`, or `./path` for one of this repository."});
        return;
    }
}

void check_job(const Job& job, Support& support) {
    auto& refusals = support.refusals;
    if (job.uses) {
        refusals.push_back({job.uses->place,
                            fmt::format("The reusable workflow `{}` can't be called.", shortened(job.uses->text, 120)),
                            "Write its jobs into this file."});
    }
    if (job.container) {
        refusals.push_back({*job.container, "`container:` needs containers, which the embedded runner doesn't have.",
                            "Remove it: the steps then run on this machine, with what is installed here."});
    }
    if (job.services) {
        refusals.push_back({*job.services, "`services:` needs containers, which the embedded runner doesn't have.",
                            "Start the service in a `run` step."});
    }
    if (job.runs_on) {
        for (const auto& labels : known_labels(job)) check_labels(labels, job.runs_on->place, support);
    }
    for (const auto& step : job.steps) {
        if (step.concurrent) {
            refusals.push_back(
                {step.concurrent->place,
                 fmt::format("`{}:` steps can't run here: one step follows another.", step.concurrent->text),
                 "Start the work in the background inside one `run` step, and wait for it there."});
        } else if (step.uses) {
            check_uses(*step.uses, support);
        }
    }
}

}  // namespace

ActionReference action_reference(std::string_view uses) {
    using Kind = ActionReference::Kind;
    uses = trimmed(uses);
    if (uses.starts_with("docker://")) return {Kind::docker, std::string{uses.substr(9)}, {}};
    if (uses == "." || uses == "./") return {Kind::local, {}, {}};
    if (uses.starts_with("./")) return {Kind::local, std::string{uses.substr(2)}, {}};
    const auto at = uses.find('@');
    const auto path = uses.substr(0, at);
    const auto slash = path.find('/');
    const bool has_parts = slash != std::string_view::npos && slash > 0 && slash + 1 < path.size();
    if (!has_parts || at == std::string_view::npos || at + 1 == uses.size() || path.starts_with('.') ||
        path.starts_with('/'))
        return {};
    auto name = ascii_lower(path);
    const bool is_native = std::ranges::find(native_actions, name) != native_actions.end();
    return {is_native ? Kind::native : Kind::remote, std::move(name), std::string{uses.substr(at + 1)}};
}

std::optional<Diagnostic> runs_on_problem(const Value& runs_on, Place place) {
    std::vector<std::string> labels;
    if (runs_on.kind() == Value::Kind::object) {
        return Diagnostic{place, "`runs-on` with a group of runners needs GitHub.", "Write `runs-on: ubuntu-latest`."};
    }
    if (runs_on.kind() == Value::Kind::array) {
        for (const auto& label : runs_on.array()) labels.push_back(ascii_lower(to_string(label)));
    } else {
        labels.push_back(ascii_lower(to_string(runs_on)));
    }
    const auto shown = shortened(fmt::format("{}", fmt::join(labels, ", ")), 120);
    const bool is_self_hosted = std::ranges::find(labels, "self-hosted") != labels.end();
    for (const auto& label : labels) {
        if (label.starts_with("windows") || label.starts_with("macos")) {
            return Diagnostic{place, fmt::format("`runs-on: {}` needs another system; this machine runs Linux.", shown),
                              "Write `runs-on: ubuntu-latest`, or take that one out of the matrix."};
        }
        const bool is_own = label.starts_with("ubuntu") || std::ranges::find(own_labels, label) != own_labels.end();
        if (!is_own && !is_self_hosted) {
            return Diagnostic{place, fmt::format("No runner answers to `runs-on: {}`.", shown),
                              "Write `runs-on: ubuntu-latest` or `self-hosted`."};
        }
    }
    return std::nullopt;
}

Support check_support(const Workflow& workflow) {
    Support support;
    for (const auto& job : workflow.jobs) check_job(job, support);
    if (support.refusals.size() > max_refusals) support.refusals.resize(max_refusals);
    return support;
}

}  // namespace flux::workflow
