#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "providers/local/job_execution.hpp"
#include "providers/local/process.hpp"
#include "providers/local/sandbox.hpp"
#include "workflow/diagnostic.hpp"
#include "workflow/matrix.hpp"
#include "workflow/reader.hpp"

namespace flux::providers::local {

/// A directory that goes with the test.
class TemporaryDirectory {
public:
    TemporaryDirectory() : path_{std::filesystem::temp_directory_path() / ("flux-job-" + random_id(6))} {
        std::filesystem::create_directories(path_);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Remembers all that a job told.
class RecordingSink final : public JobSink {
public:
    struct StepRecord {
        std::string name;
        bool started = false;
        std::string conclusion;
        std::vector<std::string> lines;
    };

    void steps_planned(const std::vector<std::string>& names) override {
        for (const auto& name : names) steps.push_back({name, false, {}, {}});
    }
    void step_named(int step, const std::string& name) override { at(step).name = name; }
    void step_started(int step) override {
        at(step).started = true;
        if (on_step) on_step(step);
    }
    void step_finished(int step, builds::Conclusion conclusion) override {
        at(step).conclusion = builds::name_of(conclusion);
    }
    void line(int step, std::string_view text, bool truncated) override {
        bytes += text.size();
        cut_lines += truncated ? 1 : 0;
        ++line_count;
        if (keep_lines) at(step).lines.emplace_back(text);
        if (on_line) on_line(text);
    }
    void note(const std::string& text) override { notes.push_back(text); }

    StepRecord& at(int step) { return steps.at(static_cast<std::size_t>(step - 1)); }
    bool has(std::string_view text) const {
        return std::any_of(steps.begin(), steps.end(), [&](const StepRecord& step) {
            return std::find(step.lines.begin(), step.lines.end(), text) != step.lines.end();
        });
    }
    bool mentions(std::string_view text) const { return log().find(text) != std::string::npos; }
    std::string log() const {
        std::string all;
        for (const auto& step : steps) {
            all += "== " + step.name + ": " + step.conclusion + "\n";
            for (const auto& each : step.lines) all += each + "\n";
        }
        return all;
    }
    std::string conclusions() const {
        std::string all;
        for (const auto& step : steps) all += (all.empty() ? "" : " ") + step.conclusion;
        return all;
    }

    std::vector<StepRecord> steps;
    std::vector<std::string> notes;
    std::size_t bytes = 0;
    std::size_t line_count = 0;
    std::size_t cut_lines = 0;
    bool keep_lines = true;
    std::function<void(int)> on_step;
    std::function<void(std::string_view)> on_line;
};

/// A repository, its one workflow, and what running a job of it needs.
class JobFixture {
public:
    explicit JobFixture(SandboxSettings::Level level = SandboxSettings::Level::automatic) {
        SandboxSettings settings;
        settings.level = level;
        settings.state_directory = root.path();
        sandbox.emplace(Sandbox::probe(settings).value());
        facts.repository = "local/site";
        facts.branch = "feature/a";
        facts.default_branch = "main";
        facts.workflow_name = "Deploy";
        facts.workflow_file = "deploy.yml";
        facts.run_id = 7;
        facts.preview_url = "http://r7.localhost:8788/";
        facts.git_directory = root.path() / "repository" / ".git";
    }

    void write(const std::string& path, const std::string& text) {
        const auto file = root.path() / "repository" / path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream{file} << text;
    }
    std::string git(const std::vector<std::string>& arguments) {
        Launch launch;
        launch.arguments = {"/usr/bin/git",
                            "-C",
                            (root.path() / "repository").string(),
                            "-c",
                            "user.name=T",
                            "-c",
                            "user.email=t@example.com"};
        launch.arguments.insert(launch.arguments.end(), arguments.begin(), arguments.end());
        launch.environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", "/nonexistent"}};
        auto finished = run_program(launch, 30).value();
        EXPECT_EQ(finished.exit_code, 0) << finished.output;
        while (finished.output.ends_with('\n')) finished.output.pop_back();
        return finished.output;
    }
    void commit() {
        std::filesystem::create_directories(root.path() / "repository");
        git({"init", "-q", "-b", "feature/a"});
        git({"add", "-A"});
        git({"commit", "-q", "--allow-empty", "-m", "One"});
        facts.head_sha = git({"rev-parse", "HEAD"});
    }

    /// Runs the job `key` of a workflow.
    JobOutcome run(const std::string& yaml, const std::string& key = "job", std::stop_token cancel = {}) {
        auto read = workflow::read_workflow(yaml, "deploy.yml");
        if (!read) {
            ADD_FAILURE() << workflow::to_error(read.error(), "deploy.yml", Errc::invalid_argument, {}).message;
            return {};
        }
        sink.steps.clear();
        const auto directory = root.path() / "attempt";
        const auto own = directory / ("job-" + random_id(4));
        JobOrder order;
        order.run = facts;
        order.workflow = &read->workflow;
        order.job = read->workflow.find_job(key);
        order.matrix = matrix;
        order.needs = needs;
        order.directories = {own / "work" / "site",   own / "temp",    own / "home",
                             directory / "artifacts", own / "staging", tools};
        order.step_log_bytes = step_log_bytes;
        order.strict_tools = strict_tools;
        workspace = order.directories.workspace;
        return run_job(order, sink, std::move(cancel), *sandbox);
    }
    /// Runs a job of these steps, given as YAML that begins at the margin.
    JobOutcome run_steps(const std::string& steps, std::stop_token cancel = {}) {
        std::string yaml = "on: workflow_dispatch\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n";
        std::size_t at = 0;
        while (at < steps.size()) {
            const auto end = std::min(steps.find('\n', at), steps.size());
            yaml += "      " + steps.substr(at, end - at) + "\n";
            at = end + 1;
        }
        return run(yaml, "job", std::move(cancel));
    }

    TemporaryDirectory root;
    std::optional<Sandbox> sandbox;
    RunFacts facts;
    RecordingSink sink;
    workflow::Value matrix;
    std::vector<NeedResult> needs;
    std::optional<std::filesystem::path> tools;
    std::filesystem::path workspace;
    std::size_t step_log_bytes = std::size_t{64} * 1024 * 1024;
    bool strict_tools = false;
};

}  // namespace flux::providers::local
