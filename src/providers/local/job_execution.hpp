#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "builds/run.hpp"
#include "logs/line.hpp"
#include "providers/local/job_order.hpp"

namespace flux::providers::local {

class Sandbox;

/// What a job tells as it goes. Every member is called on the thread of run_job(), in order, and may block: that is how
/// a slow disk holds back a fast script.
class JobSink {
public:
    virtual ~JobSink() = default;

    /// The first call: the steps by name; their numbers count from 1. The first is `Set up job`, the last `Complete
    /// job`.
    virtual void steps_planned(const std::vector<std::string>& names) = 0;
    /// A step's name once its expressions could be evaluated; only where it differs from the planned one.
    virtual void step_named(int step, const std::string& name) = 0;
    virtual void step_started(int step) = 0;
    /// Also for each skipped step, which never started.
    virtual void step_finished(int step, builds::Conclusion conclusion) = 0;
    /// One line of the job's log: UTF-8, masked, without stamp and line feed, at most 64 KiB. `truncated`: cut there.
    virtual void line(int step, std::string_view text, bool truncated) = 0;
    /// What a reader of the run's result should know.
    virtual void note(const std::string& text) = 0;
};

/// Something that the job said about a place in its sources, or about itself.
struct Annotation {
    logs::Level level = logs::Level::notice;
    int step = 0;
    std::string message;  ///< at most 4,096 bytes
    std::string title;
    std::string file;
    int line = 0;  ///< 0: none was given
    int column = 0;
};

struct JobOutcome {
    builds::Conclusion conclusion = builds::Conclusion::success;
    std::string reason;  ///< where the conclusion alone doesn't say it: `timed out after 5 minutes`
    std::vector<std::pair<std::string, std::string>> outputs;  ///< of `jobs.<id>.outputs`; those with a secret are gone
    std::optional<std::filesystem::path>
        site;                             ///< under JobDirectories::staging, when deploy-pages ran: only plain files
    std::string environment_url;          ///< the evaluated `environment.url`
    std::vector<Annotation> annotations;  ///< at most 10 of each level a step
    std::string isolation;                ///< level of sandbox in force: `bwrap`, `none`
};

/// Runs one job to its end. Blocks; wants a thread of its own. Throws nothing but what `sink` throws and
/// std::bad_alloc; before either leaves, the job's processes are gone.
///
/// A stop of `cancel` is GitHub's cancellation: the running step goes on if its `if` still holds, otherwise it gets
/// SIGINT, 7.5 s later SIGTERM, 2.5 s later its whole tree is killed; after that only steps with `always()` or
/// `cancelled()` run. The job's own timeout does the same. When it returns, no process of the job is left.
JobOutcome run_job(const JobOrder& order, JobSink& sink, std::stop_token cancel, const Sandbox& sandbox);

}  // namespace flux::providers::local
