#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "builds/provider.hpp"
#include "providers/local/job_order.hpp"
#include "providers/local/job_queue.hpp"
#include "providers/local/live_job.hpp"
#include "providers/local/local_options.hpp"
#include "providers/local/preview_publisher.hpp"
#include "providers/local/repository.hpp"
#include "providers/local/run_folders.hpp"
#include "providers/local/run_records.hpp"
#include "providers/local/sandbox.hpp"
#include "workflow/matrix.hpp"
#include "workflow/plan.hpp"

namespace flux::providers::local {

/// What every attempt works with. Belongs to the provider, which outlives them.
struct Workshop {
    const LocalOptions& options;
    const Sandbox& sandbox;
    const Repository& repository;
    const RunFolders& folders;
    const Clock& clock;
    RunRecords& records;
    PreviewPublisher& publisher;
    JobQueue& queue;
};

/// A job of the workflow that isn't done again, because it succeeded in the attempt before.
struct CarriedJob {
    workflow::JobResult result = workflow::JobResult::success;
    std::vector<std::pair<std::string, std::string>> outputs;
    std::optional<std::filesystem::path> site;
    std::string page_url = {};
};

/// An attempt that is about to start. `record.run.jobs` holds one waiting job for each job of the workflow that is to
/// run, and the finished ones of each that is carried over.
struct AttemptOrder {
    RunRecord record;
    RunFacts facts;
    std::shared_ptr<const workflow::Workflow> workflow;
    std::vector<std::optional<CarriedJob>> carried;  ///< by job of the workflow
};

/// What a job's end means for those that need it.
workflow::JobResult result_of(builds::Conclusion conclusion);

/// One attempt of a run while it goes on: decides which job may run, gives them to the queue, and knows how it all
/// stands. Thread-safe.
class RunExecution : public std::enable_shared_from_this<RunExecution> {
public:
    /// `on_over` is called once, when the attempt is completed and recorded.
    RunExecution(Workshop workshop, AttemptOrder order, std::shared_ptr<builds::RunWatch> watch,
                 std::function<void()> on_over);

    void start();
    /// It can't start yet: another run of its concurrency group goes on.
    void hold();

    /// How it stands now, with the URLs of its preview. May write held-back log lines.
    builds::Run snapshot();
    std::optional<builds::Job> find_job(std::int64_t id);

    /// Stops all jobs; those that ask for it by `always()` still run. False: it is over or stopping already.
    bool cancel(const std::string& reason);
    /// The server stops: as cancel(), and nothing else starts.
    void interrupt();
    /// Gives up waiting: what isn't over is recorded as interrupted.
    void record_as_interrupted();

    /// Every 50 ms or so: lets readers see new lines, writes records that couldn't be written before.
    void tick();

    const std::shared_ptr<builds::RunWatch>& watch() const { return watch_; }

private:
    /// A job of the workflow with one set of matrix values.
    struct Instance {
        enum class Stage { waiting, queued, running, over };

        std::size_t node = 0;
        workflow::Combination combination;
        workflow::Value strategy;
        bool continue_on_error = false;
        std::unique_ptr<LiveJob> job;
        std::stop_source stop;
        std::string stop_reason;
        Stage stage = Stage::waiting;
        builds::Conclusion conclusion = builds::Conclusion::success;
        std::optional<std::filesystem::path> site;   ///< deployed by the job
        std::optional<std::filesystem::path> found;  ///< looks like a site, but the job deployed none
        std::string found_name;
        std::string page_url;  ///< of the page that the job put elsewhere
    };
    /// A job of the workflow.
    struct Node {
        bool expanded = false;
        bool over = false;
        std::vector<Instance*> instances;
        std::size_t max_parallel = 1;
        bool fail_fast = true;
        workflow::JobResult result = workflow::JobResult::success;
        std::vector<std::pair<std::string, std::string>> outputs;
    };

    // All of these are called with the mutex held.
    void advance();
    bool open_node(std::size_t index);
    void expand(std::size_t index);
    void fill_slots(Node& node);
    void close_node(Node& node);
    void settle(Instance& instance, builds::Conclusion conclusion, std::string reason);
    void react_to(Instance& failed);
    Instance& add_instance(std::size_t node, builds::Job job);
    std::vector<NeedResult> needs_of(std::size_t node) const;
    JobOrder order_for(const Instance& instance) const;
    bool all_over() const;
    builds::Conclusion conclude() const;
    std::string first_failure() const;

    void work_on(Instance& instance);
    JobOutcome run_or_explain(Instance& instance, const JobOrder& order);
    void look_for_site(Instance& instance, const JobOutcome& outcome, const JobOrder& order);
    std::string page_elsewhere(const JobOutcome& outcome) const;
    void finish_if_over();
    builds::Preview publish(builds::Conclusion conclusion);
    void complete(builds::Conclusion conclusion, std::string reason, builds::Preview preview);
    bool save_attempt();
    void touch();
    void add_note(const std::string& text);

    const Workshop workshop_;
    const AttemptOrder order_;
    const builds::RunId id_;
    const int attempt_;
    const workflow::Plan plan_;
    const std::shared_ptr<builds::RunWatch> watch_;
    const std::function<void()> on_over_;

    mutable std::mutex mutex_;
    builds::Run run_;  ///< jobs are in instances_
    std::vector<Node> nodes_;
    std::deque<Instance> instances_;
    std::string cancel_reason_;
    bool cancelling_ = false;
    bool interrupted_ = false;
    bool finishing_ = false;   ///< all jobs are over
    bool completing_ = false;  ///< its end is being recorded, or is
    bool unsaved_ = false;
    std::atomic<std::uint64_t> version_;
};

}  // namespace flux::providers::local
