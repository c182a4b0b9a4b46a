#include "workflow/availability.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"

namespace flux::workflow {

namespace {

struct Row {
    Where where;
    std::string_view name;      ///< as messages call the place
    std::string_view contexts;  ///< between blanks
    bool status = false;        ///< success(), failure(), always(), cancelled()
    bool files = false;         ///< hashFiles()
};

constexpr std::string_view of_run = " github inputs vars ";
constexpr std::string_view of_needs = " github inputs vars needs ";
constexpr std::string_view of_matrix = " github inputs vars needs strategy matrix ";
constexpr std::string_view of_steps = " github inputs vars needs strategy matrix secrets steps job runner env ";

constexpr std::array<Row, 17> rows{{
    {Where::nowhere, "this key", ""},
    {Where::run_name, "`run-name`", of_run},
    {Where::workflow_env, "the workflow's `env`", " github inputs vars secrets "},
    {Where::workflow_concurrency, "the workflow's `concurrency`", of_run},
    {Where::job_if, "a job's `if`", of_needs, true},
    {Where::job_name, "a job's `name`", of_matrix},
    {Where::strategy, "`strategy`", of_needs},
    {Where::runs_on, "`runs-on`", of_matrix},
    {Where::job_env, "a job's `env`", " github inputs vars needs strategy matrix secrets "},
    {Where::job_setting, "this key of a job", of_matrix},
    {Where::job_defaults, "a job's `defaults`", " github inputs vars needs strategy matrix env "},
    {Where::environment_url, "an environment's `url`",
     " github inputs vars needs strategy matrix steps job runner env "},
    {Where::job_output, "a job's `outputs`", of_steps, false, true},
    {Where::step_if, "a step's `if`", " github inputs vars needs strategy matrix steps job runner env ", true, true},
    {Where::step, "a step", of_steps, false, true},
    {Where::action_default, "an input's default", " github strategy matrix job runner ", false, true},
    {Where::action_output, "an action's output", " github strategy matrix steps inputs job runner env ", false, true},
}};

bool lists(std::string_view names, std::string_view name) {
    return names.find(fmt::format(" {} ", name)) != std::string_view::npos;
}

std::string joined(std::string_view names) {
    std::string text;
    for (const auto name : split(trimmed(names), ' ')) text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
    return text;
}

}  // namespace

std::optional<ExpressionError> misplaced(const Expression& expression, Where where) {
    const auto row = std::ranges::find(rows, where, &Row::where);
    if (row->contexts.empty()) return ExpressionError{0, "Expressions are not possible here."};
    for (const auto& context : expression.contexts()) {
        if (lists(row->contexts, context.name)) continue;
        return ExpressionError{context.offset, fmt::format("The context `{}` is not available in {}; these are: {}.",
                                                           context.name, row->name, joined(row->contexts))};
    }
    for (const auto& function : expression.functions()) {
        const bool asks_status = lists(" success failure always cancelled ", function.name);
        if ((asks_status && !row->status) || (function.name == "hashfiles" && !row->files)) {
            return ExpressionError{function.offset,
                                   fmt::format("The function {}() is not available in {}.", function.name, row->name)};
        }
        if (asks_status && where == Where::step_if && function.arguments > 0) {
            return ExpressionError{function.offset,
                                   fmt::format("In a step's `if`, {}() takes no arguments.", function.name)};
        }
    }
    return std::nullopt;
}

}  // namespace flux::workflow
