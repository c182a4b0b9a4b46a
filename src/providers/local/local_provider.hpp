#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "async/blocking_pool.hpp"
#include "base/clock.hpp"
#include "builds/provider.hpp"
#include "providers/local/local_options.hpp"
#include "providers/local/sandbox.hpp"
#include "providers/local/state_lock.hpp"

namespace flux::previews {
class SiteStore;
}

namespace flux::providers::local {

/// Runs workflows of one local git repository on this machine.
///
/// Has threads of its own for jobs; everything that blocks within calls goes to the pool. `sites`, `pool` and `clock`
/// outlive it.
class LocalProvider final : public builds::Provider {
public:
    /// Opens the records in the lock's folder, settles what a dead owner left unfinished, and starts the threads.
    /// Blocks. A repository that can't be used is no error here: health() and create() say so.
    static Result<std::unique_ptr<LocalProvider>> open(StateLock lock, LocalOptions options, Sandbox sandbox,
                                                       previews::SiteStore& sites, async::BlockingPool& pool,
                                                       const Clock& clock);
    /// As shutdown(), at once.
    ~LocalProvider() override;

    /// Refuses new runs, cancels what runs, and waits until it has ended and is recorded, or until `deadline`; then
    /// what is left is killed. Blocks.
    void shutdown(std::chrono::steady_clock::time_point deadline);

    std::string name() const override { return "local"; }
    async::Task<Result<builds::Created>> create(builds::CreateRequest request) override;
    async::Task<Result<builds::Run>> find(builds::RunId run, int attempt) override;
    std::shared_ptr<builds::RunWatch> watch(builds::RunId run) override;
    std::shared_ptr<async::Changes> watch_runs() override;
    async::Task<Result<builds::LogPage>> read_log(builds::LogQuery query) override;
    async::Task<Result<logs::FoundLines>> search_log(builds::LogSearch search) override;
    async::Task<Result<builds::Page<builds::Run>>> runs(builds::ListQuery query) override;
    async::Task<Result<builds::Page<builds::Preview>>> previews(builds::ListQuery query) override;
    async::Task<Result<builds::Page<builds::Branch>>> branches(builds::ListQuery query) override;
    async::Task<Result<builds::Page<builds::Workflow>>> workflows(builds::ListQuery query) override;
    async::Task<Result<std::optional<builds::Comparison>>> compare(std::string base, std::string head) override;
    async::Task<Result<builds::Run>> cancel(builds::RunId run, std::string principal) override;
    async::Task<Result<builds::Run>> rerun(builds::RerunRequest request) override;
    async::Task<Result<builds::Preview>> remove_preview(std::variant<builds::RunId, builds::BranchName> what,
                                                        std::string principal) override;
    async::Task<builds::Health> health() override;

private:
    struct State;
    explicit LocalProvider(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

}  // namespace flux::providers::local
