#include "providers/local/local_provider.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "fakes/manual_clock.hpp"
#include "provider_fixture.hpp"

namespace flux::providers::local {
namespace {

using builds::Conclusion;
using builds::PreviewState;
using builds::Status;

constexpr const char* hello = R"yaml(name: Hello
on: workflow_dispatch
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo hello from the build
)yaml";

TEST_F(LocalProviderTest, RunsAWorkflowToItsEnd) {
    repository.workflow(hello);
    start();

    const auto created = create(request());
    ASSERT_TRUE(created) << created.error().message;
    EXPECT_EQ(created->matched_by, "created");
    EXPECT_FALSE(created->reused);
    EXPECT_EQ(created->run.html_url, "http://127.0.0.1:8787/runs/" + std::to_string(created->run.id));
    EXPECT_NE(created->run.preview.url, "");
    const auto over = ended(created->run.id);

    EXPECT_EQ(over.conclusion, Conclusion::success) << over.reason;
    EXPECT_EQ(over.name, "Hello");
    EXPECT_EQ(over.isolation, "none");
    EXPECT_TRUE(log_has(over, "build", "hello from the build"));
    const auto job = job_of(over, "build");
    EXPECT_GT(job.log_lines, 0);
    for (const auto& step : job.steps) EXPECT_EQ(step.status, Status::completed) << step.name;
    EXPECT_FALSE(std::filesystem::exists(state.path() / "runs" / std::to_string(over.id) / "1" / "work"));
}

TEST_F(LocalProviderTest, SaysWhichJobFailed) {
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "expected 3, got 4"
          exit 1
)yaml");
    start();

    const auto over = done();

    EXPECT_EQ(over.conclusion, Conclusion::failure);
    EXPECT_NE(over.reason.find("test"), std::string::npos) << over.reason;
    EXPECT_TRUE(log_has(over, "test", "expected 3, got 4"));
    EXPECT_EQ(over.preview.state, PreviewState::failed);
}

TEST_F(LocalProviderTest, RunsJobsAsTheirNeedsAndConditionsSay) {
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  first:
    runs-on: ubuntu-latest
    outputs:
      word: ${{ steps.say.outputs.word }}
    steps:
      - id: say
        run: echo "word=honey" >> "$GITHUB_OUTPUT"
  second:
    needs: first
    runs-on: ubuntu-latest
    steps:
      - run: echo "got ${{ needs.first.outputs.word }}"
  never:
    if: github.ref == 'refs/heads/other'
    runs-on: ubuntu-latest
    steps:
      - run: echo never
  breaks:
    runs-on: ubuntu-latest
    steps:
      - run: exit 1
  after:
    needs: breaks
    runs-on: ubuntu-latest
    steps:
      - run: echo after
  always:
    needs: [after, first]
    if: always()
    runs-on: ubuntu-latest
    steps:
      - run: echo "after was ${{ needs.after.result }}"
)yaml");
    start();

    const auto over = done();

    EXPECT_EQ(over.conclusion, Conclusion::failure);
    EXPECT_TRUE(log_has(over, "second", "got honey"));
    EXPECT_EQ(outcome(over, "never"), "skipped");
    EXPECT_EQ(outcome(over, "after"), "skipped");
    EXPECT_NE(job_of(over, "after").reason.find("breaks"), std::string::npos);
    EXPECT_TRUE(log_has(over, "always", "after was skipped"));
}

TEST_F(LocalProviderTest, MakesAJobOfEachCombination) {
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  test:
    runs-on: ubuntu-latest
    continue-on-error: ${{ matrix.word == 'bad' }}
    strategy:
      max-parallel: 1
      matrix:
        word: [a, b, bad]
    steps:
      - run: |
          echo "word ${{ matrix.word }}"
          test "${{ matrix.word }}" != bad
)yaml");
    start();

    const auto over = done();

    EXPECT_EQ(over.conclusion, Conclusion::success) << over.reason;
    ASSERT_EQ(over.jobs.size(), 3U);
    EXPECT_TRUE(log_has(over, "test (b)", "word b"));
    EXPECT_EQ(outcome(over, "test (bad)"), "failure");
}

TEST_F(LocalProviderTest, StopsTheOthersOfAMatrixWhenOneFails) {
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      max-parallel: 1
      matrix:
        word: [bad, late]
    steps:
      - run: test "${{ matrix.word }}" != bad
)yaml");
    start();

    const auto over = done();

    EXPECT_EQ(over.conclusion, Conclusion::failure);
    EXPECT_EQ(outcome(over, "test (late)"), "cancelled");
}

TEST_F(LocalProviderTest, PublishesWhatDeployPagesDeploys) {
    repository.workflow(R"yaml(on: workflow_dispatch
concurrency: pages
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: mkdir out && echo "<h1>hi</h1>" > out/index.html
      - uses: actions/upload-pages-artifact@v3
        with:
          path: out
  deploy:
    needs: build
    runs-on: ubuntu-latest
    environment:
      name: github-pages
      url: ${{ steps.d.outputs.page_url }}
    steps:
      - id: d
        uses: actions/deploy-pages@v4
)yaml");
    start();

    const auto over = done();

    ASSERT_EQ(over.conclusion, Conclusion::success) << over.reason;
    EXPECT_EQ(over.preview.state, PreviewState::deployed) << over.preview.reason;
    EXPECT_NE(over.preview.alias_url, "");
    EXPECT_TRUE(over.preview.expires_at);
    ASSERT_TRUE(provider->sites().newest_of("main"));
    EXPECT_TRUE(provider->sites().open_file(*provider->sites().newest_of("main"), "/"));

    const auto removed = run((*provider)->remove_preview(over.id, {}));
    ASSERT_TRUE(removed) << removed.error().message;
    EXPECT_EQ(removed->state, PreviewState::removed);
    EXPECT_EQ(find(over.id).preview.state, PreviewState::removed);
    EXPECT_FALSE(provider->sites().newest_of("main"));
}

TEST_F(LocalProviderTest, ShowsTheOneFolderThatLooksLikeASite) {
    repository.commit("public/index.html", "a source");
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: mkdir dist && echo built > dist/index.html
)yaml");
    start();

    const auto over = done();

    EXPECT_EQ(over.preview.state, PreviewState::deployed) << over.preview.reason;
    EXPECT_TRUE(
        std::ranges::any_of(over.notes, [](const auto& note) { return note.find("`dist`") != std::string::npos; }));
}

TEST_F(LocalProviderTest, FindsTheSiteWhereGeneratorsPutIt) {
    struct Row {
        const char* name;
        const char* script;
        PreviewState state;
    };
    const std::array rows{
        Row{"Nuxt", "mkdir -p .output/public && echo built > .output/public/index.html", PreviewState::deployed},
        Row{"Sphinx", "mkdir -p docs/_build/html && echo built > docs/_build/html/index.html", PreviewState::deployed},
        Row{"rustdoc", "mkdir -p target/doc && echo built > target/doc/index.html", PreviewState::deployed},
        Row{"a link on the way to it", "mkdir -p away/doc && echo secret > away/doc/index.html && ln -s away target",
            PreviewState::failed},
        Row{"two of them", "mkdir dist site && echo a > dist/index.html && echo b > site/index.html",
            PreviewState::failed},
    };
    start();
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        repository.workflow(
            fmt::format("on: workflow_dispatch\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n"
                        "      - uses: actions/checkout@v4\n      - run: {}\n",
                        row.script));

        const auto over = done();

        ASSERT_EQ(over.conclusion, Conclusion::success) << over.reason;
        EXPECT_EQ(over.preview.state, row.state) << over.preview.reason;
    }
}

TEST_F(LocalProviderTest, TakesThePageThatAWorkflowPutElsewhere) {
    struct Row {
        const char* name;
        const char* job;  // what the workflow's job has besides its step
        const char* url;  // of the preview; empty: one of ours
    };
    const std::array rows{
        Row{"the environment", "environment: {name: preview, url: 'https://r1.example.org/a?b=c'}",
            "https://r1.example.org/a?b=c"},
        Row{"an output", "outputs: {preview_url: 'https://${{ github.ref_name }}.example.org/'}",
            "https://main.example.org/"},
        Row{"the environment before the output",
            "environment: {name: preview, url: 'http://one.example/'}\n    outputs: {preview-url: "
            "'http://two.example/'}",
            "http://one.example/"},
        Row{"no page", "environment: {name: preview, url: 'javascript:alert(1)'}", ""},
        Row{"no host", "environment: {name: preview, url: 'https:///etc'}", ""},
        Row{"another output", "outputs: {page: 'https://r1.example.org/'}", ""},
    };
    start();
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        repository.workflow(
            fmt::format("on: workflow_dispatch\njobs:\n  build:\n    runs-on: ubuntu-latest\n    {}\n"
                        "    steps:\n      - run: 'true'\n",
                        row.job));

        const auto over = done();

        ASSERT_EQ(over.conclusion, Conclusion::success) << over.reason;
        const bool elsewhere = *row.url != '\0';
        EXPECT_EQ(over.preview.state, elsewhere ? PreviewState::deployed : PreviewState::failed) << over.preview.reason;
        EXPECT_EQ(over.preview.url == row.url, elsewhere) << over.preview.url;
        if (!elsewhere) continue;
        EXPECT_EQ(over.preview.path_url, "");
        const auto refused = run((*provider)->remove_preview(over.id, {}));
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().message.find(row.url), std::string::npos) << refused.error().message;
        stop();
        start();
        EXPECT_EQ(find(over.id).preview.url, row.url);
        EXPECT_EQ(run((*provider)->previews({})).value().items.front().url, row.url);
    }
}

TEST_F(LocalProviderTest, KeepsThePageElsewhereWhenOnlyFailedJobsRunAgain) {
    const TemporaryFolder outside;
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: {name: preview, url: 'https://r1.example.org/'}
    steps:
      - run: 'true'
  flaky:
    runs-on: ubuntu-latest
    steps:
      - run: test -e )yaml" +
                        (outside.path() / "repaired").string() + "\n");
    start();
    const auto first = done();
    ASSERT_EQ(first.conclusion, Conclusion::failure);
    EXPECT_EQ(first.preview.state, PreviewState::failed);
    std::ofstream{outside.path() / "repaired"} << "yes";

    ASSERT_TRUE(run((*provider)->rerun({.run = first.id, .principal = {}})));
    const auto second = ended(first.id);

    EXPECT_EQ(second.preview.state, PreviewState::deployed) << second.preview.reason;
    EXPECT_EQ(second.preview.url, "https://r1.example.org/");
}

TEST_F(LocalProviderTest, SaysWhatToAddWhenNothingWasPublished) {
    repository.workflow(hello);
    start();

    const auto over = done();

    EXPECT_EQ(over.preview.state, PreviewState::failed);
    EXPECT_NE(over.preview.reason.find("actions/deploy-pages"), std::string::npos) << over.preview.reason;
}

TEST_F(LocalProviderTest, ShowsABranchWithoutWorkflowAsItIs) {
    repository.commit("index.html", "<h1>plain</h1>");
    start();

    const auto over = done();

    ASSERT_EQ(over.conclusion, Conclusion::success) << over.reason;
    EXPECT_EQ(over.name, "Static preview");
    EXPECT_EQ(over.preview.state, PreviewState::deployed) << over.preview.reason;
    EXPECT_FALSE(log_of(over, "preview").empty());
}

TEST_F(LocalProviderTest, RefusesWhatCannotRunBeforeAnythingStarts) {
    struct Row {
        const char* name;
        const char* workflow;
        const char* reason;
        const char* says;
    };
    const std::array rows{
        Row{"yaml", "on: workflow_dispatch\njobs: [\n", "workflow_invalid", "deploy.yml:"},
        Row{"no trigger", "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: 'true'\n",
            "workflow_not_dispatchable", "workflow_dispatch:"},
        Row{"container",
            "on: workflow_dispatch\njobs:\n  a:\n    runs-on: ubuntu-latest\n    container: x\n    steps:\n"
            "      - run: 'true'\n",
            "workflow_unsupported", "deploy.yml:5:"},
        Row{"unknown needs",
            "on: workflow_dispatch\njobs:\n  a:\n    needs: b\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: 'true'\n",
            "workflow_invalid", "b"},
    };
    repository.commit("a.txt", "a");
    start();
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        repository.workflow(row.workflow);

        const auto created = create(request());

        ASSERT_FALSE(created);
        EXPECT_EQ(created.error().reason, row.reason) << created.error().message;
        EXPECT_NE(created.error().message.find(row.says), std::string::npos) << created.error().message;
    }
    EXPECT_TRUE(run((*provider)->runs({})).value().items.empty());
}

TEST_F(LocalProviderTest, NamesTheWorkflowsThatThereAre) {
    repository.workflow(hello, "a.yml");
    repository.workflow(hello, "b.yml");
    start();

    const auto created = create(request());
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().reason, "workflow_not_found");
    EXPECT_NE(created.error().message.find("a.yml, b.yml"), std::string::npos) << created.error().message;

    auto named = request();
    named.workflow = "b.yml";
    EXPECT_TRUE(create(named));
    const auto listed = run((*provider)->workflows({})).value();
    ASSERT_EQ(listed.items.size(), 2U);
    EXPECT_TRUE(listed.items[0].dispatchable);
}

TEST_F(LocalProviderTest, TakesTheOnlyWorkflowThatCanBeDispatched) {
    repository.workflow(hello, "pages.yml");
    repository.workflow("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: 'true'\n",
                        "ci.yml");
    start();

    const auto created = create(request());

    ASSERT_TRUE(created) << created.error().message;
    EXPECT_EQ(created->run.workflow_file, "pages.yml");
    EXPECT_TRUE(std::ranges::any_of(created->run.notes,
                                    [](const auto& note) { return note.find("pages.yml") != std::string::npos; }));
}

TEST_F(LocalProviderTest, TakesNoOtherWorkflowWhereThatIsForbidden) {
    repository.workflow(hello, "pages.yml");
    auto narrow = options();
    narrow.any_workflow = false;
    provider = std::make_unique<RunningProvider>(state.path(), narrow);

    const auto created = create(request());

    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().reason, "workflow_not_found");
    auto named = request();
    named.workflow = "pages.yml";
    EXPECT_TRUE(create(named));
}

TEST_F(LocalProviderTest, SaysThatABranchOrRunDoesNotExist) {
    repository.workflow(hello);
    start();

    EXPECT_EQ(create(request("mian")).error().reason, "branch_not_found");
    EXPECT_EQ(run((*provider)->find(99, 0)).error().reason, "run_not_found");
    EXPECT_EQ(run((*provider)->cancel(99, {})).error().reason, "run_not_found");
    EXPECT_EQ(run((*provider)->rerun({.run = 99, .principal = {}})).error().reason, "run_not_found");
    EXPECT_EQ((*provider)->watch(99), nullptr);
}

TEST_F(LocalProviderTest, ChecksInputsBeforeAnythingStarts) {
    repository.workflow(R"yaml(on:
  workflow_dispatch:
    inputs:
      drafts:
        type: boolean
        default: false
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo "drafts ${{ inputs.drafts }}"
)yaml");
    start();
    auto wrong = request();
    wrong.inputs = {{"draft", true}};
    EXPECT_EQ(create(wrong).error().reason, "invalid_inputs");

    auto right = request();
    right.inputs = {{"drafts", std::string{"true"}}};
    const auto over = done(right);

    EXPECT_TRUE(log_has(over, "build", "drafts true"));
}

TEST_F(LocalProviderTest, StartsNothingInADryRun) {
    repository.workflow(hello);
    start();
    auto dry = request();
    dry.dry_run = true;

    const auto created = create(dry);

    ASSERT_TRUE(created);
    EXPECT_EQ(created->run.id, 0);
    EXPECT_EQ(created->run.jobs.size(), 1U);
    EXPECT_TRUE(run((*provider)->runs({})).value().items.empty());
}

TEST_F(LocalProviderTest, AnswersTheSameRequestWithTheSameRun) {
    repository.workflow(hello);
    start();
    const auto first = done();

    const auto again = create(request());
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->reused);
    EXPECT_EQ(again->run.id, first.id);
    EXPECT_EQ(again->matched_by, "same_request");

    auto fresh = request();
    fresh.fresh = true;
    EXPECT_NE(create(fresh).value().run.id, first.id);
    auto other = request();
    other.principal = "you";
    EXPECT_FALSE(create(other).value().reused);
    repository.commit("b.txt", "b");
    EXPECT_FALSE(create(request()).value().reused);
}

TEST_F(LocalProviderTest, AnswersWithTheSameRunForTenMinutes) {
    ManualClock clock;
    const auto start_after = [&](std::chrono::seconds pause) {
        stop();
        clock.advance(pause);
        provider = std::make_unique<RunningProvider>(state.path(), options(), SandboxSettings::Level::none, clock);
    };
    repository.workflow(hello);
    start_after(std::chrono::seconds{0});
    const auto first = done();

    start_after(std::chrono::seconds{600});
    EXPECT_EQ(create(request()).value().run.id, first.id);
    start_after(std::chrono::seconds{1});
    const auto later = create(request());
    stop();  // before its clock goes

    ASSERT_TRUE(later);
    EXPECT_FALSE(later->reused);
    EXPECT_NE(later->run.id, first.id);
}

TEST_F(LocalProviderTest, NeverReusesAFailedRun) {
    repository.workflow(
        "on: workflow_dispatch\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: exit 1\n");
    start();
    const auto first = done();

    EXPECT_NE(create(request()).value().run.id, first.id);
}

TEST_F(LocalProviderTest, RemembersIdempotencyKeysAcrossARestart) {
    repository.workflow(hello);
    start();
    auto keyed = request();
    keyed.idempotency_key = "k1";
    keyed.fresh = true;
    const auto first = done(keyed);
    stop();
    start();

    const auto again = create(keyed);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->reused);
    EXPECT_EQ(again->run.id, first.id);
    EXPECT_EQ(again->matched_by, "idempotency_key");

    auto other = request("other");
    other.idempotency_key = "k1";
    EXPECT_EQ(create(other).error().reason, "duplicate_conflict");
}

TEST_F(LocalProviderTest, CancelsWhatRunsAndWhatWaits) {
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  long:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo started
          sleep 100
  next:
    needs: long
    runs-on: ubuntu-latest
    steps:
      - run: echo next
)yaml");
    start();
    const auto id = create(request()).value().run.id;
    wait_for_line(id, "long", "started");
    EXPECT_EQ(run((*provider)->rerun({.run = id, .principal = {}})).error().reason, "run_in_progress");

    ASSERT_TRUE(run((*provider)->cancel(id, {})));
    const auto over = ended(id);

    EXPECT_EQ(over.conclusion, Conclusion::cancelled);
    EXPECT_EQ(outcome(over, "long"), "cancelled");
    EXPECT_EQ(outcome(over, "next"), "cancelled");
    EXPECT_EQ(run((*provider)->cancel(id, {})).error().reason, "run_completed");
    EXPECT_FALSE(create(request()).value().reused);
}

TEST_F(LocalProviderTest, RunsOnlyFailedJobsAgainAndWhatDependsOnThem) {
    const TemporaryFolder outside;
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  good:
    runs-on: ubuntu-latest
    outputs:
      word: ${{ steps.say.outputs.word }}
    steps:
      - id: say
        run: |
          echo "word=honey" >> "$GITHUB_OUTPUT"
          echo once
  flaky:
    needs: good
    runs-on: ubuntu-latest
    steps:
      - run: test -e )yaml" +
                        (outside.path() / "repaired").string() + R"yaml(
  last:
    needs: [flaky, good]
    runs-on: ubuntu-latest
    steps:
      - run: echo "got ${{ needs.good.outputs.word }}"
)yaml");
    start();
    const auto first = done();
    ASSERT_EQ(first.conclusion, Conclusion::failure);
    std::ofstream{outside.path() / "repaired"} << "yes";

    const auto started = run((*provider)->rerun({.run = first.id, .principal = {}}));
    ASSERT_TRUE(started) << started.error().message;
    EXPECT_EQ(started->attempt, 2);
    const auto second = ended(first.id);

    EXPECT_EQ(second.attempt, 2);
    EXPECT_EQ(second.conclusion, Conclusion::success) << second.reason;
    EXPECT_TRUE(log_has(second, "last", "got honey"));
    EXPECT_TRUE(log_has(second, "good", "once"));
    EXPECT_GT(second.version, first.version);
    EXPECT_EQ(find(first.id, 1).conclusion, Conclusion::failure);
    EXPECT_TRUE(log_has(find(first.id, 1), "good", "once"));
    EXPECT_EQ(job_of(second, "good").started_at, job_of(first, "good").started_at);
    EXPECT_EQ(run((*provider)->rerun({.run = first.id, .principal = {}})).error().reason, "nothing_failed");

    ASSERT_TRUE(run((*provider)->rerun({.run = first.id, .failed_only = false, .principal = {}})));
    EXPECT_EQ(ended(first.id).attempt, 3);
}

TEST_F(LocalProviderTest, LetsOneRunOfAConcurrencyGroupGoOn) {
    repository.workflow(R"yaml(on: workflow_dispatch
concurrency: pages
jobs:
  long:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo started
          sleep 100
)yaml");
    start();
    auto fresh = request();
    fresh.fresh = true;
    const auto first = create(fresh).value().run.id;
    wait_for_line(first, "long", "started");
    const auto second = create(fresh).value().run.id;
    EXPECT_EQ(find(second).status, Status::pending);

    const auto third = create(fresh).value().run.id;

    EXPECT_EQ(ended(second).conclusion, Conclusion::cancelled);
    ASSERT_TRUE(run((*provider)->cancel(first, {})));
    ended(first);
    wait_for_line(third, "long", "started");
}

TEST_F(LocalProviderTest, WakesWhoeverWatches) {
    repository.workflow(hello);
    start();
    const auto id = create(request()).value().run.id;
    const auto watch = (*provider)->watch(id);

    const auto over = ended(id);

    EXPECT_EQ((*provider)->watch(id), nullptr);
    if (watch) {
        EXPECT_GT(watch->state.version(), 0U);
    }
    EXPECT_GT(over.version, 0U);
}

TEST_F(LocalProviderTest, ListsRunsByPages) {
    repository.workflow(hello);
    start();
    auto fresh = request();
    fresh.fresh = true;
    std::vector<builds::RunId> made;
    for (int i = 0; i < 3; ++i) made.push_back(done(fresh).id);

    builds::ListQuery query;
    query.limit = 2;
    const auto first = run((*provider)->runs(query)).value();
    ASSERT_EQ(first.items.size(), 2U);
    EXPECT_EQ(first.items[0].id, made[2]);
    query.cursor = first.cursor;
    const auto second = run((*provider)->runs(query)).value();
    ASSERT_EQ(second.items.size(), 1U);
    EXPECT_EQ(second.items[0].id, made[0]);
    EXPECT_EQ(second.cursor, "");
    builds::ListQuery failures;
    failures.status = "failure";
    EXPECT_TRUE(run((*provider)->runs(failures)).value().items.empty());
}

TEST_F(LocalProviderTest, RunsInWhateverSandboxTheMachineHas) {
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          mkdir out && echo hi > out/index.html
          mkdir -p locked/in && chmod 000 locked/in locked
      - uses: actions/upload-pages-artifact@v3
        with:
          path: out
      - uses: actions/deploy-pages@v4
)yaml");
    provider = std::make_unique<RunningProvider>(state.path(), options(), SandboxSettings::Level::automatic);

    const auto over = done();

    EXPECT_EQ(over.conclusion, Conclusion::success) << over.reason << '\n'
                                                    << testing::PrintToString(log_of(over, "build"));
    EXPECT_EQ(over.preview.state, PreviewState::deployed) << over.preview.reason;
    EXPECT_FALSE(std::filesystem::exists(state.path() / "runs" / std::to_string(over.id) / "1" / "work"));
}

TEST_F(LocalProviderTest, SearchesALogThatIsBeingWrittenAsReadingItWould) {
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  long:
    runs-on: ubuntu-latest
    steps:
      - run: |
          for i in 1 2 3; do echo hay; printf 'a nee\033[31mdle %s\033[0m\n' $i; done
          echo started
          sleep 100
)yaml");
    start();
    const auto id = create(request()).value().run.id;
    wait_for_line(id, "long", "started");
    const auto of = find(id);
    for (const auto* text : {"needle", "hay", "nothing"}) {
        SCOPED_TRACE(text);
        builds::LogSearch search{
            .run = id, .job = job_of(of, "long").id, .pattern = logs::LinePattern::compile(text, {}).value()};
        search.lines.limit = 100;

        const auto found = run((*provider)->search_log(search)).value();

        // What any provider does that knows no better.
        const auto read = run((*provider)->builds::Provider::search_log(search)).value();
        EXPECT_EQ(found.lines, read.lines);
        EXPECT_EQ(found.total, read.total);
        EXPECT_EQ(found.next_line, read.next_line);
        // The script is in the log too.
        EXPECT_GE(found.total, text == std::string_view{"nothing"} ? 0U : 3U);
    }
    ASSERT_TRUE(run((*provider)->cancel(id, {})));
    ended(id);

    auto missing = builds::LogSearch{.run = id, .job = 123'456, .pattern = logs::LinePattern::compile("x", {}).value()};
    const auto refused = run((*provider)->search_log(missing));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "job_not_found");
}

TEST_F(LocalProviderTest, InterruptsWhatRunsWhenTheServerStops) {
    repository.workflow(R"yaml(on: workflow_dispatch
jobs:
  long:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo started
          sleep 100
      - if: always()
        run: sleep 100
)yaml");
    start();
    const auto id = create(request()).value().run.id;
    wait_for_line(id, "long", "started");

    (*provider)->shutdown(std::chrono::steady_clock::now() + std::chrono::seconds{25});

    EXPECT_EQ(create(request()).error().reason, "draining");
    stop();
    start();
    const auto over = find(id);
    EXPECT_EQ(over.conclusion, Conclusion::cancelled);
    EXPECT_EQ(over.reason, "interrupted");
    EXPECT_TRUE(log_has(over, "long", "started"));
}

TEST_F(LocalProviderTest, IsHealthyOnlyWithARepository) {
    start();
    EXPECT_TRUE(run((*provider)->health()).ok);
    std::filesystem::remove_all(repository.path() / ".git");

    const auto health = run((*provider)->health());

    EXPECT_FALSE(health.ok);
    EXPECT_NE(health.detail.find("FLUX_REPO"), std::string::npos);
}

}  // namespace
}  // namespace flux::providers::local
