#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workflow/condition.hpp"
#include "workflow/place.hpp"
#include "workflow/template.hpp"

namespace flux::workflow {

/// One `name: value` of an `env`, `with`, `outputs` or `secrets` mapping, in the file's order.
struct Entry {
    std::string name;
    Place place;  ///< of the name
    Field value;
};

/// A name as the file has it, without expressions.
struct Name {
    std::string text;
    Place place;
};

/// One declared `workflow_dispatch` input.
struct InputDeclaration {
    enum class Type { string, boolean, number, choice, environment };

    std::string name;
    Place place;
    Type type = Type::string;
    std::string description;
    bool required = false;
    std::optional<Value> default_value;  ///< of the declared type
    std::vector<std::string> options;    ///< of a choice
};

const char* name_of(InputDeclaration::Type type);

struct Triggers {
    std::vector<Name> events;       ///< as `push`, `workflow_dispatch`, in the file's order
    std::optional<Place> dispatch;  ///< where `workflow_dispatch` stands; absent: the workflow can't be started by hand
    std::vector<InputDeclaration> inputs;
};

/// `defaults.run`.
struct RunDefaults {
    std::optional<Field> shell;
    std::optional<Field> working_directory;
};

struct Concurrency {
    Field group;
    std::optional<Field> cancel_in_progress;
    Place place;
};

struct Environment {
    Field name;
    std::optional<Field> url;
};

struct Strategy {
    std::optional<Tree> matrix;  ///< a mapping (vectors, `include`, `exclude`), or one expression that gives it
    std::optional<Field> fail_fast;
    std::optional<Field> max_parallel;
    Place place;
};

/// A step runs a script (`run`) or an action (`uses`): exactly one of them is there, unless it is a `concurrent` one.
struct Step {
    std::string id;  ///< empty: none was given
    std::optional<Field> name;
    std::optional<Condition> condition;
    std::optional<Field> run;
    std::optional<Name> uses;
    std::optional<Field> shell;
    std::optional<Field> working_directory;
    std::vector<Entry> env;
    std::vector<Entry> with;
    std::optional<Field> continue_on_error;
    std::optional<Field> timeout_minutes;
    std::optional<Name> concurrent;  ///< the key that makes it a `background`, `parallel`, `wait` or `cancel` step
    Place place;
};

struct Job {
    std::string key;
    Place place;  ///< of the key
    std::optional<Field> name;
    std::vector<Name> needs;
    std::optional<Condition> condition;
    std::optional<Tree> runs_on;
    std::vector<Entry> env;
    std::vector<Entry> outputs;
    std::optional<Strategy> strategy;
    std::optional<Field> continue_on_error;
    std::optional<Field> timeout_minutes;
    RunDefaults defaults;
    std::optional<Environment> environment;
    std::optional<Concurrency> concurrency;
    std::vector<Step> steps;
    std::optional<Name> uses;        ///< a reusable workflow
    std::optional<Place> container;  ///< where `container:` stands
    std::optional<Place> services;   ///< where `services:` stands
};

/// A file of `.github/workflows/`, read and checked. Every part that can still be refused knows where it stands.
struct Workflow {
    std::string file_name;  ///< as given to read_workflow()
    std::string name;       ///< empty: the file has none; GitHub then shows its path
    std::optional<Field> run_name;
    Triggers on;
    std::vector<Entry> env;
    RunDefaults defaults;
    std::optional<Concurrency> concurrency;
    std::vector<Job> jobs;  ///< in the file's order; at least one

    const Job* find_job(std::string_view key) const;
};

}  // namespace flux::workflow
