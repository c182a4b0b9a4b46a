#include "providers/local/job_execution.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "job_fixture.hpp"

namespace flux::providers::local {
namespace {

using builds::Conclusion;

TEST(JobExecution, WritesALogLikeGitHubs) {
    JobFixture job;

    const auto outcome = job.run(R"(
on: workflow_dispatch
env: {A: one}
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
      - name: Greet
        run: |
          echo "hello $A"
          echo second >&2
      - run: exit 3
)");

    EXPECT_EQ(outcome.conclusion, Conclusion::failure);
    EXPECT_EQ(job.sink.conclusions(), "success success failure success");
    const std::vector<std::string> greeting{"##[group]Run echo \"hello $A\"",
                                            "\x1B[36;1mecho \"hello $A\"\x1B[0m",
                                            "\x1B[36;1mecho second >&2\x1B[0m",
                                            "shell: /usr/bin/bash -e {0}",
                                            "env:",
                                            "  A: one",
                                            "##[endgroup]",
                                            "hello one",
                                            "second"};
    EXPECT_EQ(job.sink.at(2).lines, greeting);
    EXPECT_EQ(job.sink.at(1).name, "Set up job");
    EXPECT_EQ(job.sink.at(1).lines.front(), "Current runner version: 'flux-local'");
    EXPECT_EQ(job.sink.at(3).name, "Run exit 3");
    EXPECT_EQ(job.sink.at(3).lines.back(), "##[error]Process completed with exit code 3.");
    EXPECT_EQ(job.sink.at(4).name, "Complete job");
    ASSERT_EQ(outcome.annotations.size(), 1U);
    EXPECT_EQ(outcome.annotations.front().step, 3);
}

/// A script that writes a file of problem matchers for lines like `a.c:3:7: error: text`.
constexpr const char* writes_matcher = R"(
      - run: |
          cat > cc.json <<'E'
          {"problemMatcher":[{"owner":"cc","pattern":[{"regexp":"^(.+):(\\d+):(\\d+): (error|warning): (.*)$",
            "file":1,"line":2,"column":3,"severity":4,"message":5}]}]}
          E
)";

TEST(JobExecution, HonoursTheProblemMatchersThatTheRunRegisters) {
    JobFixture job;

    const auto outcome = job.run(std::string{R"(
on: workflow_dispatch
jobs:
  job:
    runs-on: ubuntu-latest
    steps:)"} + writes_matcher + R"(
      - run: |
          echo "src/z.c:1:1: error: before"
          echo "::add-matcher::cc.json"
          printf '\033[31msrc/a.c:3:7: error: no such thing\033[0m\n'
          echo "$PWD/src/b.c:4:8: warning: odd"
          echo "../c.c:5:9: error: elsewhere"
          echo "::add-mask::swordfish-7"
          echo "src/s.c:6:2: error: who knows swordfish-7"
          echo fine
      - run: |
          echo "src/d.c:6:1: error: of a later step"
          echo "::remove-matcher owner=CC::"
          echo "src/e.c:7:1: error: after"
          echo "::add-matcher::$GITHUB_WORKSPACE/cc.json"
          echo "src/f.c:8:1: error: again"
)");

    EXPECT_EQ(outcome.conclusion, Conclusion::success) << job.sink.log();
    for (const auto* line :
         {"src/z.c:1:1: error: before", "##[error]src/a.c:3:7: error: no such thing",
          "##[error]../c.c:5:9: error: elsewhere", "fine", "##[error]src/d.c:6:1: error: of a later step",
          "src/e.c:7:1: error: after", "##[error]src/f.c:8:1: error: again"}) {
        EXPECT_TRUE(job.sink.has(line)) << line << "\n" << job.sink.log();
    }
    EXPECT_TRUE(job.sink.has("##[error]src/s.c:6:2: error: who knows ***")) << job.sink.log();
    ASSERT_EQ(outcome.annotations.size(), 6U);
    EXPECT_EQ(outcome.annotations.at(3).message, "who knows ***");
    const auto& first = outcome.annotations.front();
    EXPECT_EQ(first.message, "no such thing");
    EXPECT_EQ(first.file, "src/a.c");
    EXPECT_EQ(first.line, 3);
    EXPECT_EQ(first.column, 7);
    EXPECT_EQ(first.step, 3);
    EXPECT_EQ(outcome.annotations.at(1).level, logs::Level::warning);
    EXPECT_EQ(outcome.annotations.at(1).file, "src/b.c");
    EXPECT_EQ(outcome.annotations.at(2).file, "");
}

TEST(JobExecution, RefusesProblemMatchersThatItMayNotOrCannotRead) {
    struct Row {
        const char* name;
        const char* script;
        const char* says;  // behind `successfully: `
    };
    const std::array rows{
        Row{"elsewhere", "echo ::add-matcher::/etc/hostname", "The file has to lie in the workspace"},
        Row{"upwards", "echo ::add-matcher::../../../etc/hostname", "The file has to lie in the workspace"},
        Row{"through a link", "ln -s /etc/hostname m.json; echo ::add-matcher::m.json", ""},
        Row{"a pipe", "mkfifo m.json; echo ::add-matcher::m.json", "`m.json` is no regular file"},
        Row{"not there", "echo ::add-matcher::m.json", ""},
        Row{"too large", "head -c 300000 /dev/zero > m.json; echo ::add-matcher::m.json", "`m.json` is larger than"},
        Row{"no JSON", "echo x > m.json; echo ::add-matcher::m.json", ""},
        Row{"to remove", "echo ::remove-matcher::m.json", ""},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        JobFixture job;
        job.run(std::string{
                    "on: workflow_dispatch\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n      - run: \""} +
                row.script + "\"\n");
        EXPECT_EQ(job.sink.conclusions(), "success failure success");
        const std::string command =
            std::string_view{row.script}.find("::remove") == std::string_view::npos ? "add" : "remove";
        EXPECT_TRUE(job.sink.mentions("##[error]Unable to process command '##[" + command +
                                      "-matcher]' successfully: " + row.says))
            << job.sink.log();
    }
}

TEST(JobExecution, RunsStepsAsTheWorkflowSays) {
    struct Row {
        const char* name;
        const char* steps;
        const char* conclusions;  // of all steps
        const char* line;         // must be in the log
    };
    const std::array rows{
        Row{"failure skips", "- run: false\n- run: echo no", "success failure skipped success", "##[endgroup]"},
        Row{"always runs", "- run: false\n- if: always()\n  run: echo yes", "success failure success success", "yes"},
        Row{"failure() runs", "- id: x\n  run: false\n- if: failure() && steps.x.outcome == 'failure'\n  run: echo yes",
            "success failure success success", "yes"},
        Row{"continue-on-error",
            "- id: x\n  continue-on-error: true\n  run: false\n"
            "- run: echo ${{ steps.x.outcome }} ${{ steps.x.conclusion }}",
            "success success success success", "failure success"},
        Row{"outputs", "- id: x\n  run: echo \"a=1 2\" >> $GITHUB_OUTPUT\n- run: echo \"[${{ steps.x.outputs.a }}]\"",
            "success success success success", "[1 2]"},
        Row{"old outputs", "- id: x\n  run: echo '::set-output name=a::b'\n- run: echo \"[${{ steps.x.outputs.a }}]\"",
            "success success success success", "[b]"},
        Row{"environment file",
            "- run: |\n    printf 'A<<E\\nx\\ny\\nE\\n' >> $GITHUB_ENV\n- run: echo \"$A\" | tr '\\n' '-'; echo",
            "success success success success", "x-y-"},
        Row{"a step's env wins", "- run: echo A=file >> $GITHUB_ENV\n- env: {A: step}\n  run: echo $A ${{ env.A }}",
            "success success success success", "step step"},
        Row{"path file",
            "- run: |\n    mkdir bin; printf '#!/bin/sh\\necho mine' > bin/tool; chmod +x bin/tool\n"
            "    echo $PWD/bin >> $GITHUB_PATH\n- run: tool",
            "success success success success", "mine"},
        Row{"wrong file command", "- run: echo broken >> $GITHUB_OUTPUT", "success failure success",
            "##[error]Unable to process file command 'output' successfully: line 1: Invalid format 'broken': neither "
            "`NAME=value` nor `NAME<<DELIMITER`."},
        Row{"NODE_OPTIONS refused", "- run: echo NODE_OPTIONS=x >> $GITHUB_ENV", "success failure success",
            "##[error]Unable to process file command 'env' successfully: Can't store NODE_OPTIONS through GITHUB_ENV."},
        Row{"set-env refused", "- run: echo '::set-env name=A::b'", "success failure success",
            "##[error]The `set-env` command is disabled. Write to the file that GITHUB_ENV names instead."},
        Row{"sh", "- shell: sh\n  run: echo $0 | grep -c sh", "success success success", "1"},
        Row{"python", "- shell: python\n  run: |\n    import sys\n    print('py', sys.version_info[0])",
            "success success success", "py 3"},
        Row{"custom shell", "- shell: cat {0}\n  run: just text", "success success success", "just text"},
        Row{"bash fails in a pipe", "- shell: bash\n  run: false | cat", "success failure success",
            "##[error]Process completed with exit code 1."},
        Row{"unset shell does not", "- run: false | cat", "success success success", "##[endgroup]"},
        Row{"wrong shell", "- shell: fish\n  run: x", "success failure success",
            "##[error]Invalid shell option 'fish'. It must be `bash`, `sh`, `python`, `pwsh`, or a command that holds "
            "`{0}` in the place of the script's file."},
        Row{"working directory", "- run: mkdir sub\n- working-directory: sub\n  run: basename $PWD",
            "success success success success", "sub"},
        Row{"bad expression", "- run: echo ${{ fromJSON('{') }}\n- run: echo no", "success failure skipped success",
            ""},
        Row{"timeout", "- timeout-minutes: 0.01\n  run: exec sleep 100", "success failure success",
            "##[error]The step has timed out: its `timeout-minutes` are over."},
        Row{"fixed variables",
            "- run: echo $CI $GITHUB_REF $GITHUB_RUN_ID $RUNNER_OS $FLUX_LOCAL $GITHUB_REPOSITORY_OWNER",
            "success success success", "true refs/heads/feature/a 7 Linux true local"},
        Row{"job status", "- run: false\n- if: always()\n  run: echo is ${{ job.status }}",
            "success failure success success", "is failure"},
        Row{"event file", "- run: grep -c '\"workflow\"' $GITHUB_EVENT_PATH", "success success success", "1"},
        Row{"group", "- run: |\n    echo ::group::Inner\n    echo ::endgroup::", "success success success",
            "##[group]Inner"},
        Row{"error command", "- run: 'echo ::error file=a.js,line=3::Broken%0Atwice'", "success success success",
            "##[error]a.js:3: Broken"},
        Row{"stop commands",
            "- run: |\n    echo ::stop-commands::abc\n    echo ::error::text\n    echo ::abc::\n"
            "    echo ::error::real",
            "success success success", "::error::text"},
        Row{"warning command", "- run: 'echo ::warning file=a.js::Old'", "success success success",
            "##[warning]a.js: Old"},
        Row{"echo command", "- run: |\n    echo ::echo::on\n    echo ::notice::seen", "success success success",
            "::notice::seen"},
        Row{"wrong echo command", "- run: echo ::echo::loud", "success success success",
            "##[error]Invalid echo command value. Possible values can be: 'on', 'off'."},
        Row{"state without a name", "- run: echo ::save-state::x", "success failure success",
            "##[error]Required field 'name' is missing in ##[save-state] command."},
        Row{"state file", "- run: echo a=b >> $GITHUB_STATE\n- run: echo \"[$STATE_a]\"",
            "success success success success", "[]"},
        Row{"summary", "- run: 'echo \"# Total\" >> $GITHUB_STEP_SUMMARY'", "success success success", "# Total"},
        Row{"summary of a step that fails", "- run: 'echo \"# 1 of 2\" >> $GITHUB_STEP_SUMMARY; exit 1'",
            "success failure success", "# 1 of 2"},
        Row{"secret in a summary",
            "- run: |\n    echo ::add-mask::hunter22\n    echo total hunter22 of 3 >> $GITHUB_STEP_SUMMARY",
            "success success success", "total *** of 3"},
        Row{"command in a summary", "- run: 'echo ::set-env name=A::b >> $GITHUB_STEP_SUMMARY'",
            "success success success", "::set-env name=A::b"},
        Row{"summary that is too long", "- run: head -c 1048577 /dev/zero | tr '\\0' x >> $GITHUB_STEP_SUMMARY",
            "success success success",
            "##[error]$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k."},
        Row{"unknown command", "- run: echo ::nothing::here", "success success success", "::nothing::here"},
        Row{"background program of an earlier step",
            "- run: (sleep 1; echo late > late) > /dev/null 2>&1 &\n"
            "- run: sleep 2; cat late",
            "success success success success", "late"},
        Row{"output behind the end of the script", "- run: (sleep 0.5; echo late) &", "success success success",
            "late"},
        Row{"no input", "- run: cat; echo done", "success success success", "done"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        JobFixture job;

        job.run_steps(row.steps);

        EXPECT_EQ(job.sink.conclusions(), row.conclusions);
        EXPECT_TRUE(*row.line == '\0' || job.sink.has(row.line)) << job.sink.log();
    }
}

TEST(JobExecution, ShowsAStepsSummaryBehindItsOutputAndSaysSo) {
    JobFixture job;

    job.run_steps(
        "- run: |\n    printf '\\n# Report\\n\\n| a | b |\\n' > $GITHUB_STEP_SUMMARY\n    echo out\n"
        "- run: ln -sf /etc/passwd $GITHUB_STEP_SUMMARY; echo two\n");

    const auto& lines = job.sink.at(2).lines;
    const std::vector<std::string> shown{"out",         "##[group]Summary of this step", "# Report", "", "| a | b |",
                                         "##[endgroup]"};
    ASSERT_GE(lines.size(), shown.size()) << job.sink.log();
    EXPECT_TRUE(std::equal(shown.rbegin(), shown.rend(), lines.rbegin())) << job.sink.log();
    EXPECT_EQ(job.sink.at(3).lines.front(), "##[group]Run ln -sf /etc/passwd $GITHUB_STEP_SUMMARY; echo two");
    EXPECT_TRUE(job.sink.has("two"));
    EXPECT_FALSE(job.sink.mentions("root:x:")) << job.sink.log();
    ASSERT_EQ(job.sink.notes.size(), 1U);
    EXPECT_NE(job.sink.notes.front().find("GITHUB_STEP_SUMMARY"), std::string::npos);
}

TEST(JobExecution, TakesInWhatItHasNoUseFor) {
    JobFixture job;

    const auto outcome = job.run_steps(
        "- run: |\n    echo ::remove-matcher owner=x::\n"
        "    echo ::save-state name=a::b\n    echo after\n");

    EXPECT_EQ(outcome.conclusion, Conclusion::success);
    EXPECT_EQ(job.sink.at(2).lines.back(), "after");
    EXPECT_EQ(job.sink.at(2).lines.at(job.sink.at(2).lines.size() - 2), "##[endgroup]") << job.sink.log();
}

TEST(JobExecution, LetsTheNearestDefaultsWin) {
    JobFixture job;

    job.run(R"(
on: workflow_dispatch
defaults: {run: {shell: sh, working-directory: sub}}
jobs:
  job:
    runs-on: ubuntu-latest
    defaults: {run: {shell: bash}}
    steps:
      - working-directory: .
        run: mkdir sub
      - run: echo "$(basename $PWD) ${BASH_VERSION:+bash}"
      - shell: python
        run: |
          import os
          print(os.path.basename(os.getcwd()), 'python')
)");

    EXPECT_EQ(job.sink.conclusions(), "success success success success success") << job.sink.log();
    EXPECT_TRUE(job.sink.has("sub bash")) << job.sink.log();
    EXPECT_TRUE(job.sink.has("sub python")) << job.sink.log();
}

TEST(JobExecution, GivesTheJobsOutputsWithoutSecrets) {
    JobFixture job;

    const auto outcome = job.run(R"(
on: workflow_dispatch
jobs:
  job:
    runs-on: ubuntu-latest
    environment: {name: preview, url: "${{ steps.a.outputs.url }}"}
    outputs:
      good: ${{ steps.a.outputs.good }}
      bad: ${{ steps.a.outputs.bad }}
    steps:
      - id: a
        run: |
          echo ::add-mask::hunter22
          echo "good=1" >> $GITHUB_OUTPUT
          echo "bad=x-hunter22" >> $GITHUB_OUTPUT
          echo "url=http://example.com/" >> $GITHUB_OUTPUT
)");

    const std::vector<std::pair<std::string, std::string>> expected{{"good", "1"}};
    EXPECT_EQ(outcome.outputs, expected);
    EXPECT_EQ(outcome.environment_url, "http://example.com/");
    EXPECT_TRUE(job.sink.mentions("Skip output 'bad' since it may contain secret."));
}

TEST(JobExecution, HidesSecretsInEveryForm) {
    JobFixture job;
    job.facts.secrets.emplace_back("TOKEN", Secret{"s3cret/with \"quotes\""});

    job.run_steps(
        "- env: {T: '${{ secrets.TOKEN }}'}\n"
        "  run: |\n"
        "    echo \"plain $T\"\n"
        "    printf '%s' \"$T\" | base64 -w0; echo\n"
        "    printf 'x%s' \"$T\" | base64 -w0; echo\n"
        "    printf '%s\\0%s\\n' \"${T:0:3}\" \"${T:3}\"\n"
        "    printf '%s' \"${T:0:9}\"; sleep 0.6; printf '%s\\n' \"${T:9}\"\n");

    EXPECT_TRUE(job.sink.has("plain ***"));
    EXPECT_FALSE(job.sink.mentions("s3cret")) << job.sink.log();
    EXPECT_FALSE(job.sink.mentions("czNjcmV0L3dpdGgg"));
    EXPECT_FALSE(job.sink.mentions("N0L3dpdGg"));
}

TEST(JobExecution, RunsLocalAndCompositeActions) {
    JobFixture job;
    job.write("act/action.yml", R"yaml(
name: Composite
inputs:
  who: {default: world}
outputs:
  said: {value: "${{ steps.say.outputs.said }}"}
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      run: |
        echo "hello ${{ inputs.who }} from $(basename ${{ github.action_path }})"
        echo "said=${{ inputs.who }}!" >> $GITHUB_OUTPUT
    - uses: ./js
      with: {my input: "${{ inputs.who }}"}
)yaml");
    job.write("js/action.yml",
              "name: Js\ninputs: {my input: {required: true}}\nruns: {using: node20, main: main.js}\n");
    job.write("js/main.js", "console.log('js ' + process.env['INPUT_MY_INPUT']);\n");
    job.write("docker/action.yml", "name: D\nruns:\n  using: docker\n  image: Dockerfile\n");
    job.commit();

    const auto outcome = job.run_steps(
        "- uses: actions/checkout@v4\n"
        "- id: a\n  uses: ./act\n  with: {who: you}\n"
        "- run: echo got ${{ steps.a.outputs.said }}\n"
        "- uses: ./docker\n");

    EXPECT_EQ(job.sink.conclusions(), "success success success success failure success") << job.sink.log();
    EXPECT_TRUE(job.sink.has("hello you from act"));
    EXPECT_TRUE(job.sink.has("js you"));
    EXPECT_TRUE(job.sink.has("got you!"));
    EXPECT_TRUE(job.sink.mentions("docker/action.yml:3:"));
    EXPECT_EQ(outcome.conclusion, Conclusion::failure);
}

TEST(JobExecution, ChecksOutTheRunsCommit) {
    JobFixture job;
    job.write("page.txt", "first");
    job.commit();
    const auto first = job.facts.head_sha;
    job.git({"tag", "v1"});
    job.write("page.txt", "second");
    job.git({"commit", "-q", "-am", "Two"});

    const auto outcome = job.run_steps(
        "- id: c\n  uses: actions/checkout@v4\n"
        "- run: cat page.txt; echo; git status --short --branch; git log --oneline | wc -l\n"
        "- run: echo [${{ steps.c.outputs.commit }}]\n"
        "- uses: actions/checkout@v4\n  with: {ref: feature/a, path: other, fetch-depth: 0}\n"
        "- run: cat other/page.txt; echo; git -C other log --oneline | wc -l; ls page.txt\n"
        "- uses: actions/checkout@v4\n  with: {ref: v1, path: tag}\n"
        "- run: ls tag; test ! -e tag/.git/objects/info/alternates\n"
        "- uses: actions/checkout@v4\n  with: {repository: else/where}\n");

    EXPECT_TRUE(job.sink.has("first")) << job.sink.log();
    EXPECT_TRUE(job.sink.has("## feature/a...origin/feature/a") || job.sink.has("## feature/a"));
    EXPECT_TRUE(job.sink.has("[" + first + "]"));
    EXPECT_EQ(job.sink.conclusions(),
              "success success success success success success success success failure success");
    EXPECT_TRUE(job.sink.mentions("Only this repository (local/site) can be checked out here"));
    EXPECT_EQ(outcome.conclusion, Conclusion::failure);
}

TEST(JobExecution, HandsTheDeployedSiteOut) {
    JobFixture job;
    const auto outcome = job.run_steps(
        "- uses: actions/configure-pages@v5\n  id: pages\n"
        "- run: |\n"
        "    mkdir -p _site/sub _site/.hidden\n"
        "    echo '${{ steps.pages.outputs.host }}' > _site/index.html\n"
        "    echo x > _site/sub/a.txt; echo x > _site/.hidden/b\n"
        "    ln -s /etc/passwd _site/passwd; mkfifo _site/fifo\n"
        "- uses: actions/upload-pages-artifact@v4\n"
        "- id: deployment\n  uses: actions/deploy-pages@v4\n"
        "- run: echo at ${{ steps.deployment.outputs.page_url }}\n");

    EXPECT_EQ(outcome.conclusion, Conclusion::success) << job.sink.log();
    ASSERT_TRUE(outcome.site);
    EXPECT_TRUE(std::filesystem::is_regular_file(*outcome.site / "index.html"));
    EXPECT_TRUE(std::filesystem::is_regular_file(*outcome.site / "sub/a.txt"));
    EXPECT_FALSE(std::filesystem::exists(*outcome.site / ".hidden"));
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(*outcome.site / "passwd")));
    EXPECT_FALSE(std::filesystem::exists(*outcome.site / "fifo"));
    EXPECT_TRUE(job.sink.has("at http://r7.localhost:8788/"));
}

TEST(JobExecution, PassesArtifactsBetweenJobs) {
    JobFixture job;
    job.run_steps(
        "- run: mkdir -p out/a .secret; echo 1 > out/a/x.txt; echo 2 > out/y.log; echo 3 > .secret/z\n"
        "- id: up\n  uses: actions/upload-artifact@v4\n  with:\n    name: build\n    path: |\n      out/**\n      "
        "!out/*.log\n"
        "- run: echo id ${{ steps.up.outputs.artifact-id }}\n"
        "- uses: actions/upload-artifact@v4\n  with: {name: nothing, path: missing}\n"
        "- uses: actions/upload-artifact@v4\n  with: {name: out, path: ../x, if-no-files-found: error}\n");
    EXPECT_EQ(job.sink.conclusions(), "success success success success success failure success") << job.sink.log();
    EXPECT_TRUE(job.sink.has("id 1"));
    EXPECT_TRUE(job.sink.mentions("##[warning]No files were found"));

    const auto outcome = job.run_steps(
        "- uses: actions/download-artifact@v4\n  with: {name: build, path: in}\n"
        "- run: find in -type f; touch in/a/x.txt\n"
        "- uses: actions/download-artifact@v4\n"
        "- run: cat build/a/x.txt\n"
        "- uses: actions/download-artifact@v4\n  with: {name: other}\n");
    EXPECT_TRUE(job.sink.has("in/a/x.txt")) << job.sink.log();
    EXPECT_FALSE(job.sink.mentions("y.log"));
    EXPECT_TRUE(job.sink.mentions("Artifact not found for name: other. The run has: build."));
    EXPECT_EQ(outcome.conclusion, Conclusion::failure);
}

TEST(JobExecution, SetsUpTheToolsThatAreThere) {
    JobFixture job;
    job.tools = job.root.path() / "tools";
    const auto bin = *job.tools / "node" / "99.1.0" / "x64" / "bin";
    std::filesystem::create_directories(bin);
    std::ofstream{bin / "node"} << "#!/bin/sh\necho v99.1.0\n";
    std::filesystem::permissions(bin / "node", std::filesystem::perms{0755});

    const auto outcome = job.run_steps(
        "- id: n\n  uses: actions/setup-node@v4\n  with: {node-version: 99}\n"
        "- run: node --version; echo is ${{ steps.n.outputs.node-version }}\n"
        "- uses: actions/setup-node@v4\n  with: {node-version: 12.1.0}\n"
        "- id: p\n  uses: actions/setup-python@v5\n  with: {python-version: 3.x}\n"
        "- run: python --version; echo is ${{ steps.p.outputs.python-version }}\n");

    EXPECT_EQ(outcome.conclusion, Conclusion::success) << job.sink.log();
    EXPECT_TRUE(job.sink.has("is v99.1.0"));
    EXPECT_TRUE(job.sink.mentions("##[warning]Node.js 12.1.0 is not installed here"));
    EXPECT_TRUE(job.sink.mentions("Python 3."));
    job.strict_tools = true;
    EXPECT_EQ(job.run_steps("- uses: actions/setup-node@v4\n  with: {node-version: 12.1.0}\n").conclusion,
              Conclusion::failure);
}

TEST(JobExecution, SurvivesHostileOutput) {
    struct Row {
        const char* name;
        const char* script;
        std::size_t least_lines;
        const char* line;
    };
    const std::array rows{
        Row{"10 MB line", "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo end", 150, "end"},
        Row{"a million lines", "seq 1000000", 1'000'000, "1000000"},
        Row{"invalid UTF-8", "printf 'a\\377b\\n'", 1,
            "a\xEF\xBF\xBD"
            "b"},
        Row{"NULs", "printf 'a\\0b\\n'", 1, "ab"},
        Row{"no last line feed", "printf abc", 1, "abc"},
        Row{"CRLF", "printf 'a\\r\\nb\\r\\n'", 2, "a"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        JobFixture job;
        job.sink.keep_lines = false;
        bool seen = false;
        std::size_t longest = 0;
        job.sink.on_line = [&](std::string_view line) {
            seen = seen || line == row.line;
            longest = std::max(longest, line.size());
        };

        const auto outcome =
            job.run_steps(std::string{"- run: \"true\"\n- shell: bash {0}\n  run: |\n    "} + row.script + "\n");

        EXPECT_EQ(outcome.conclusion, Conclusion::success);
        EXPECT_TRUE(seen);
        EXPECT_GE(job.sink.line_count, row.least_lines);
        EXPECT_LE(longest, 64U * 1024);
    }
}

TEST(JobExecution, CutsALogInTheMiddle) {
    JobFixture job;
    job.step_log_bytes = 2000;

    job.run_steps("- run: seq 100000\n- run: echo next\n");

    EXPECT_TRUE(job.sink.has("1"));
    EXPECT_TRUE(job.sink.has("100000"));
    EXPECT_TRUE(job.sink.mentions("lines left out here."));
    EXPECT_TRUE(job.sink.has("next"));
    EXPECT_LT(job.sink.line_count, 2000U);
}

TEST(JobExecution, RefusesAMachineThatOnlyTheRunCouldName) {
    JobFixture job;
    workflow::Object matrix;
    matrix.set("os", "windows-latest");
    job.matrix = std::move(matrix);

    const auto outcome = job.run(
        "on: workflow_dispatch\njobs:\n  job:\n    strategy: {matrix: {os: [windows-latest]}}\n"
        "    runs-on: ${{ matrix.os }}\n    steps:\n      - run: echo never\n");

    EXPECT_EQ(outcome.conclusion, Conclusion::failure);
    EXPECT_TRUE(outcome.reason.starts_with("deploy.yml:5:")) << outcome.reason;
    EXPECT_EQ(job.sink.conclusions(), "failure skipped success");
}

/// A number of seconds that no other test process sleeps for: ctest runs both levels side by side.
std::string own_seconds(int which) { return std::to_string(70'000'000 + ::getpid() * 10 + which); }

std::string sleeping(const std::string& seconds) { return std::string{"sleep"} + '\0' + seconds + '\0'; }

bool is_anyone_running(const std::string& marker) {
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        std::ifstream stream{entry.path() / "cmdline"};
        const std::string line{std::istreambuf_iterator<char>{stream}, {}};
        if (line.find(marker) != std::string::npos) return true;
    }
    return false;
}

class JobEnd : public testing::TestWithParam<SandboxSettings::Level> {};

TEST_P(JobEnd, LeavesNoProcess) {
    JobFixture job{GetParam()};
    job.run_steps(
        "- run: |\n"
        "    setsid sleep " +
        own_seconds(1) +
        " > /dev/null 2>&1 < /dev/null &\n"
        "    (setsid bash -c 'trap \"\" TERM INT HUP; (sleep " +
        own_seconds(2) + " &) ; exec env -i sleep " + own_seconds(3) +
        "' > /dev/null 2>&1 &)\n"
        "    echo started\n");

    EXPECT_TRUE(job.sink.has("started"));
    for (const int which : {1, 2, 3}) EXPECT_FALSE(is_anyone_running(sleeping(own_seconds(which))));
}

TEST_P(JobEnd, CancelKillsWhatIgnoresSignalsAndRunsAlwaysSteps) {
    JobFixture job{GetParam()};
    std::stop_source stop;
    job.sink.on_line = [&](std::string_view line) {
        if (line == "ready") stop.request_stop();
    };

    const auto outcome =
        job.run_steps("- shell: bash {0}\n  run: |\n    trap '' TERM INT\n    (setsid sleep " + own_seconds(4) +
                          " &)\n"
                          "    echo ready\n    while true; do sleep 0.2; done\n"
                          "- run: echo never\n"
                          "- if: always()\n  run: echo cleanup\n"
                          "- if: cancelled()\n  run: echo was cancelled\n",
                      stop.get_token());

    EXPECT_EQ(outcome.conclusion, Conclusion::cancelled);
    EXPECT_EQ(job.sink.conclusions(), "success cancelled skipped success success success") << job.sink.log();
    EXPECT_FALSE(is_anyone_running(sleeping(own_seconds(4))));
}

TEST_P(JobEnd, CancelLetsAProgramEndByItself) {
    JobFixture job{GetParam()};
    std::stop_source stop;
    job.sink.on_line = [&](std::string_view line) {
        if (line == "ready") stop.request_stop();
    };

    job.run_steps(
        "- shell: bash {0}\n  run: |\n    trap 'echo interrupted; exit 9' INT\n    echo ready\n"
        "    while true; do sleep 0.1; done\n",
        stop.get_token());

    EXPECT_TRUE(job.sink.has("interrupted")) << job.sink.log();
}

TEST_P(JobEnd, ComesWithTheServersOwn) {
    JobFixture job{GetParam()};
    const auto seconds = own_seconds(5);
    const pid_t server = ::fork();
    if (server == 0) {
        job.run_steps("- run: |\n    (setsid sleep " + seconds + " > /dev/null 2>&1 &)\n    sleep " + seconds + "\n");
        ::_exit(0);
    }
    const auto wait_until = [&](bool running) {
        for (int attempt = 0; attempt < 600 && is_anyone_running(sleeping(seconds)) != running; ++attempt)
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        return is_anyone_running(sleeping(seconds)) == running;
    };
    const bool began = wait_until(true);

    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);

    EXPECT_TRUE(began);
    EXPECT_TRUE(wait_until(false));
}

INSTANTIATE_TEST_SUITE_P(Levels, JobEnd,
                         testing::Values(SandboxSettings::Level::automatic, SandboxSettings::Level::none),
                         [](const auto& row) {
                             return row.param == SandboxSettings::Level::none ? "WithoutASandbox" : "InTheSandbox";
                         });

TEST(JobExecution, EndsAJobWhoseTimeIsOver) {
    JobFixture job;

    const auto outcome = job.run(
        "on: workflow_dispatch\njobs:\n  job:\n    runs-on: ubuntu-latest\n    timeout-minutes: 0.01\n"
        "    steps:\n      - run: exec sleep 100\n      - run: echo never\n");

    EXPECT_EQ(outcome.conclusion, Conclusion::cancelled);
    EXPECT_TRUE(outcome.reason.starts_with("timed out")) << outcome.reason;
    EXPECT_EQ(job.sink.conclusions(), "success cancelled skipped success");
}

}  // namespace
}  // namespace flux::providers::local
