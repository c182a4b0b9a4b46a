#include "workflow/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "workflow/value_json.hpp"

namespace flux::workflow {
namespace {

using testing::HasSubstr;

constexpr const char* pages = R"(name: Deploy
run-name: Preview of ${{ github.ref_name }}
on:
  push:
    branches: [main]
  workflow_dispatch:
    inputs:
      target:
        description: Where to
        type: choice
        options: [staging, production]
        default: staging
        required: true
      count: {type: number, default: 3}
      dry: {type: boolean}
permissions:
  contents: read
  pages: write
  id-token: write
concurrency:
  group: pages-${{ github.ref }}
  cancel-in-progress: true
env: &shared
  A: 1.10
  B: yes
  C: ~
defaults:
  run: {shell: bash}
jobs:
  build:
    runs-on: ubuntu-latest
    env: *shared
    timeout-minutes: 5
    strategy:
      matrix:
        node: [18, 20]
        include:
          - node: 20
            extra: ${{ vars.X }}
    outputs:
      page: ${{ steps.one.outputs.page }}
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - id: one
        if: ${{ !cancelled() }}
        name: Build ${{ matrix.node }}
        run: |
          if [[ -n "$A" ]]; then echo '${{ env.B }}'; fi
        continue-on-error: true
  deploy:
    needs: build
    if: needs.build.result == 'success'
    runs-on: ubuntu-latest
    environment:
      name: github-pages
      url: ${{ steps.deployment.outputs.page_url }}
    steps:
      - id: deployment
        uses: actions/deploy-pages@v4
)";

/// The diagnostics as text, `LINE:COLUMN message cure`, one a line.
std::string mistakes_in(std::string_view text) {
    const auto read = read_workflow(text, "w.yml");
    if (read) return {};
    std::string lines;
    for (const auto& each : read.error()) lines += to_line(each, "w.yml") + "\n";
    return lines;
}

/// A workflow with these lines as the job `a`.
std::string job(std::string_view lines) {
    std::string text = "on: workflow_dispatch\njobs:\n  a:\n    runs-on: ubuntu-latest\n";
    std::size_t at = 0;
    while (at < lines.size()) {
        const auto end = std::min(lines.find('\n', at), lines.size());
        text += fmt::format("    {}\n", lines.substr(at, end - at));
        at = end + 1;
    }
    return text;
}

TEST(Reader, ReadsAWorkflowForPages) {
    const auto read = read_workflow(pages, "deploy.yml");
    ASSERT_TRUE(read) << mistakes_in(pages);
    const auto& workflow = read->workflow;

    EXPECT_EQ(workflow.file_name, "deploy.yml");
    EXPECT_EQ(workflow.name, "Deploy");
    ASSERT_EQ(workflow.on.events.size(), 2U);
    EXPECT_EQ(workflow.on.dispatch, (Place{6, 3}));
    ASSERT_EQ(workflow.on.inputs.size(), 3U);
    EXPECT_EQ(workflow.on.inputs[0].options, (std::vector<std::string>{"staging", "production"}));
    EXPECT_TRUE(workflow.on.inputs[0].required);
    EXPECT_EQ(workflow.on.inputs[1].default_value->number(), 3);
    EXPECT_EQ(workflow.on.inputs[2].type, InputDeclaration::Type::boolean);
    EXPECT_EQ(*evaluate_text(workflow.env[0].value, {}), "1.1");
    EXPECT_EQ(*evaluate_text(workflow.env[1].value, {}), "yes");
    EXPECT_EQ(*evaluate_text(workflow.env[2].value, {}), "");
    ASSERT_EQ(workflow.jobs.size(), 2U);
    EXPECT_EQ(workflow.jobs[0].env.size(), 3U);
    EXPECT_EQ(workflow.jobs[0].steps[0].uses->text, "actions/checkout@v4");
    EXPECT_EQ(workflow.jobs[0].steps[1].id, "one");
    EXPECT_FALSE(workflow.jobs[0].steps[1].condition->implies_success);
    EXPECT_EQ(workflow.jobs[1].needs[0].text, "build");
    EXPECT_EQ(*evaluate_text(workflow.jobs[1].environment->name, {}), "github-pages");
    EXPECT_TRUE(read->notes.empty());
}

TEST(Reader, NamesThePlaceOfAMistake) {
    struct Row {
        const char* name;
        std::string text;
        const char* says;
    };
    const Row rows[]{
        {"YAML", "on: push\njobs:\n  a: [", "w.yml:3:"},
        {"empty file", "", "w.yml:1:1: A workflow has to be a mapping"},
        {"unknown key", job("step: []\nsteps:\n- run: x"), "w.yml:5:5: A job has no key `step`. Did you mean `steps`?"},
        {"no runs-on", "on: push\njobs:\n  a:\n    steps: [{run: x}]\n", "w.yml:3:3: The job `a` has no `runs-on`."},
        {"both", job("steps:\n- run: x\n  uses: ./y"), "w.yml:6:7: This step has both `run` and `uses`."},
        {"neither", job("steps:\n- name: x"), "w.yml:6:7: This step has neither"},
        {"no on", "jobs:\n  a:\n    runs-on: x\n    steps: [{run: x}]\n", "The workflow has no `on`."},
        {"unknown event", "on: pusch\njobs: {a: {runs-on: x, steps: [{run: x}]}}", "Did you mean `push`?"},
        {"bad id", job("steps:\n- id: 1st\n  run: x"), "w.yml:6:11: `1st` is no possible id"},
        {"repeated id", job("steps:\n- {id: x, run: x}\n- {id: X, run: x}"),
         "w.yml:7:12: Another step already has the id `X`."},
        {"unknown need", job("needs: [b]\nsteps: [{run: x}]"), "w.yml:5:13: The job `a` needs `b`"},
        {"own need", job("needs: a\nsteps: [{run: x}]"), "wait for each other"},
        {"repeated key", job("steps: [{run: x}]\nSTEPS: []"), "w.yml:6:5: The key `STEPS` is already there"},
        {"merge key", job("<<: {}\nsteps: []"), "merge key"},
        {"tag", job("steps: !!seq []"), "YAML tag"},
        {"wrong kind", job("timeout-minutes: soon\nsteps: [{run: x}]"),
         "w.yml:5:22: `timeout-minutes` has to be a number, not `soon`."},
        {"two documents", "on: push\n---\non: push\n", "second YAML document"},
        {"empty vector", job("strategy: {matrix: {a: []}}\nsteps: [{run: x}]"), "`matrix.a` is empty"},
        {"long script", job("steps: [{run: '" + std::string(21'001, 'x') + "'}]"), "`run` has 21001 characters"},
        {"not UTF-8", "on: push # \xff", "not UTF-8"},
        {"too large", std::string(1024 * 1024 + 1, '#'), "1048577 bytes"},
        {"too deep", "on: " + std::string(60, '[') + std::string(60, ']'), "more than 50 levels deep"},
        {"far too deep", "on: " + std::string(100'000, '['), "w.yml:1:"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_THAT(mistakes_in(row.text), HasSubstr(row.says));
    }
}

TEST(Reader, NamesThePlaceInsideAnExpression) {
    struct Row {
        const char* name;
        const char* lines;
        const char* place;
    };
    constexpr Row rows[]{
        {"plain", "steps:\n- run: echo ${{ nope }}", "w.yml:6:21: There is no context `nope`"},
        {"quoted", "steps:\n- run: 'echo ${{ nope }}'", "w.yml:6:22: There is no context `nope`"},
        {"block", "steps:\n- run: |\n    echo ${{ env.A }}\n    echo ${{ env.B + }}", "w.yml:8:24: `+` is not"},
        {"bare if", "steps:\n- if: github.ref = 'x'\n  run: x", "w.yml:6:22: `=` is no part"},
        {"escaped", "steps:\n- run: \"a\\nb ${{ nope }}\"", "w.yml:6:22: There is no context"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_THAT(mistakes_in(job(row.lines)), HasSubstr(row.place));
    }
}

TEST(Reader, KnowsWhichContextsAreAvailable) {
    struct Row {
        const char* name;
        const char* lines;
        const char* says;
    };
    constexpr Row rows[]{
        {"secrets in a step's if", "steps:\n- if: secrets.X != ''\n  run: x",
         "`secrets` is not available in a step's `if`"},
        {"secrets in a job's if", "if: secrets.X != ''\nsteps: [{run: x}]",
         "`secrets` is not available in a job's `if`"},
        {"matrix in a job's if", "if: matrix.x\nsteps: [{run: x}]", "these are: github, inputs, vars, needs."},
        {"env in runs-on's job name", "name: ${{ env.X }}\nsteps: [{run: x}]",
         "`env` is not available in a job's `name`"},
        {"steps in job env", "env: {X: '${{ steps.a }}'}\nsteps: [{run: x}]", "`steps` is not available"},
        {"status in run", "steps:\n- run: ${{ success() }}", "success() is not available in a step"},
        {"status with jobs in a step", "steps:\n- if: success('a')\n  run: x", "success() takes no arguments"},
        {"files in job if", "if: hashFiles('x')\nsteps: [{run: x}]", "hashfiles() is not available"},
        {"expression in uses", "steps:\n- uses: ${{ github.x }}", "Expressions are not possible here"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_THAT(mistakes_in(job(row.lines)), HasSubstr(row.says));
    }
    EXPECT_EQ(
        mistakes_in(job(
            "if: failure('a')\nsteps:\n- if: steps.x.outcome == 'failure' && hashFiles('y')\n  run: ${{ secrets.X }}")),
        "");
}

TEST(Reader, ReportsAtMostTenMistakesInTheFilesOrder) {
    std::string lines = "steps:\n";
    for (int i = 0; i < 20; ++i) lines += "- name: x\n";
    const auto read = read_workflow(job(lines), "w.yml");

    ASSERT_FALSE(read);
    ASSERT_EQ(read.error().size(), max_diagnostics);
    EXPECT_EQ(read.error()[0].place.line, 6);
    EXPECT_EQ(read.error()[9].place.line, 15);
}

TEST(Reader, DoesNotGrowWithAliases) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        text += fmt::format("a{0}: &a{0} [", i);
        for (int j = 0; j < 10; ++j) text += fmt::format("*a{}, ", i - 1);
        text += "]\n";
    }
    EXPECT_THAT(mistakes_in(text), HasSubstr("too large once its aliases are written out"));
    EXPECT_THAT(mistakes_in("on: &a [*a]"), HasSubstr("inside what it refers to"));
}

TEST(Reader, NotesAConditionThatIsAlwaysTrue) {
    const auto read = read_workflow(job("steps:\n- if: ${{ env.A }} == 'b'\n  run: x"), "w.yml");

    ASSERT_TRUE(read);
    ASSERT_EQ(read->notes.size(), 1U);
    EXPECT_THAT(read->notes[0].message, HasSubstr("always true"));
}

TEST(Reader, RefusesInputsThatContradictThemselves) {
    const auto with_input = [](std::string_view input) {
        return mistakes_in(
            fmt::format("on:\n  workflow_dispatch:\n    inputs:\n      x: {}\njobs: {{a: {{runs-on: ubuntu-latest, "
                        "steps: [{{run: x}}]}}}}\n",
                        input));
    };
    EXPECT_THAT(with_input("{type: choice}"), HasSubstr("is a choice without `options`"));
    EXPECT_THAT(with_input("{type: choice, options: [a], default: b}"), HasSubstr("one of its options, not `b`"));
    EXPECT_THAT(with_input("{type: boolean, default: 'true'}"), HasSubstr("true or false"));
    EXPECT_THAT(with_input("{type: text}"), HasSubstr("is no type of an input"));
    EXPECT_THAT(with_input("{tipe: string}"), HasSubstr("Did you mean `type`?"));
    EXPECT_EQ(with_input(""), "");
}

}  // namespace
}  // namespace flux::workflow
