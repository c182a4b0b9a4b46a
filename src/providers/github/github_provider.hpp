#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "builds/provider.hpp"
#include "observe/metrics.hpp"
#include "providers/github/github_options.hpp"

namespace flux::providers::github {

/// What a webhook's sender is told.
enum class HookAnswer {
    taken,
    ignored,  ///< about something else, or a delivery that came before
    refused,  ///< the signature is not ours
};

/// One thing that `flux-mcp check` tried.
struct AccessFinding {
    std::string name;
    bool works = false;
    std::string detail;
};

/// Runs workflows of one repository on GitHub Actions.
///
/// Has threads of its own for what goes on without a caller, for its HTTP clients and for the disk; `clock` outlives
/// it.
class GithubProvider final : public builds::Provider {
public:
    /// Opens the records in the options' directory, which has to belong to this process. Blocks. That GitHub can't be
    /// reached or refuses the credentials is no error here: health() and the calls say so.
    static Result<std::unique_ptr<GithubProvider>> open(GithubOptions options, const Clock& clock);
    ~GithubProvider() override;

    /// Ends the watches and whatever waits for GitHub, with an answer that says so. Runs on GitHub go on. Blocks;
    /// idempotent.
    void shutdown();

    std::string name() const override { return "github"; }
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
    async::Task<Result<std::vector<builds::Annotation>>> annotations(builds::RunId run, std::int64_t job) override;
    async::Task<Result<builds::Run>> cancel(builds::RunId run, std::string principal) override;
    async::Task<Result<builds::Run>> rerun(builds::RerunRequest request) override;
    async::Task<Result<builds::Preview>> remove_preview(std::variant<builds::RunId, builds::BranchName> what,
                                                        std::string principal) override;
    async::Task<builds::Health> health() override;
    std::optional<builds::Quota> quota() const override;

    /// A delivery to `/webhooks/github`: wakes the watch over the run that it is about.
    HookAnswer take_hook(const Secret& secret, std::string_view event, std::string_view delivery,
                         std::string_view signature, std::string_view body);

    /// Has `metrics` show how GitHub is asked; it is read no longer than this lives.
    void add_metrics(observe::Metrics& metrics) const;

    /// Tries the credentials, each permission that is needed, and the configured workflow.
    async::Task<std::vector<AccessFinding>> check_access();

private:
    struct State;
    explicit GithubProvider(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

}  // namespace flux::providers::github
