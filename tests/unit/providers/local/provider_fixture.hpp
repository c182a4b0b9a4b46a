#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "async/blocking_pool.hpp"
#include "fakes/loop.hpp"
#include "fakes/temporary_folder.hpp"
#include "git_folder.hpp"
#include "previews/site_store.hpp"
#include "providers/local/local_provider.hpp"

namespace flux::providers::local {

/// A provider over a state folder, as `app/` puts it together.
class RunningProvider {
public:
    RunningProvider(const std::filesystem::path& state, LocalOptions options,
                    SandboxSettings::Level level = SandboxSettings::Level::none, const Clock& clock = system_clock()) {
        auto lock = StateLock::take(state, "the test").value();
        sites_ = previews::SiteStore::open(state / "sites", clock).value();
        SandboxSettings settings;
        settings.level = level;
        settings.state_directory = state;
        // Nothing listens there, so that previews stay `deployed`.
        options.preview_port = 1;
        provider_ = LocalProvider::open(std::move(lock), std::move(options), Sandbox::probe(settings).value(), *sites_,
                                        pool_, clock)
                        .value();
    }

    LocalProvider* operator->() { return provider_.get(); }
    previews::SiteStore& sites() { return *sites_; }

private:
    async::BlockingPool pool_{2};
    std::unique_ptr<previews::SiteStore> sites_;
    std::unique_ptr<LocalProvider> provider_;
};

class LocalProviderTest : public testing::Test {
protected:
    LocalOptions options() const {
        LocalOptions options;
        options.repository = repository.path();
        return options;
    }
    void start() { provider = std::make_unique<RunningProvider>(state.path(), options()); }
    void stop() { provider.reset(); }

    static builds::CreateRequest request(const std::string& branch = "main") {
        return builds::CreateRequest{.branch = builds::BranchName::parse(branch).value(),
                                     .workflow = {},
                                     .inputs = {},
                                     .idempotency_key = {},
                                     .fresh = false,
                                     .dry_run = false,
                                     .principal = "me"};
    }
    Result<builds::Created> create(builds::CreateRequest asked) { return run((*provider)->create(std::move(asked))); }
    builds::Run find(builds::RunId id, int attempt = 0) { return run((*provider)->find(id, attempt)).value(); }

    /// Waits until the run is over, at most a minute.
    builds::Run ended(builds::RunId id) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
        while (std::chrono::steady_clock::now() < deadline) {
            auto now = find(id);
            if (builds::is_over(now)) return now;
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        throw std::runtime_error{"the run never ended"};
    }
    /// Creates a run and waits for its end.
    builds::Run done(builds::CreateRequest asked) {
        auto created = create(std::move(asked));
        if (!created) throw std::runtime_error{created.error().message};
        return ended(created->run.id);
    }
    builds::Run done() { return done(request()); }

    std::vector<std::string> log_of(const builds::Run& of, const std::string& job) {
        std::vector<std::string> texts;
        for (const auto& one : of.jobs) {
            if (one.name != job) continue;
            builds::LogQuery query;
            query.run = of.id;
            query.attempt = of.attempt;
            query.job = one.id;
            const auto page = run((*provider)->read_log(query)).value();
            for (const auto& line : page.lines) texts.push_back(line.text);
        }
        return texts;
    }
    bool log_has(const builds::Run& of, const std::string& job, const std::string& line) {
        const auto lines = log_of(of, job);
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    }
    /// Waits until the job has written that line.
    void wait_for_line(builds::RunId id, const std::string& job, const std::string& line) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
        while (!log_has(find(id), job, line)) {
            if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error{"the line never came"};
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
    }
    static builds::Job job_of(const builds::Run& of, const std::string& name) {
        for (const auto& job : of.jobs) {
            if (job.name == name) return job;
        }
        throw std::runtime_error{"no job " + name};
    }
    static std::string outcome(const builds::Run& of, const std::string& job) {
        const auto found = job_of(of, job);
        return found.conclusion ? builds::name_of(*found.conclusion) : builds::name_of(found.status);
    }

    GitFolder repository;
    TemporaryFolder state;
    std::unique_ptr<RunningProvider> provider;
};

}  // namespace flux::providers::local
