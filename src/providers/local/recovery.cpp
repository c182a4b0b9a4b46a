#include "providers/local/recovery.hpp"

#include <filesystem>
#include <string>
#include <system_error>

#include "base/text.hpp"
#include "logs/job_log.hpp"
#include "logs/job_log_files.hpp"

namespace flux::providers::local {

namespace {

constexpr std::size_t records_at_once = 4096;

/// Lines that were written after the job was last recorded still belong to their steps.
void catch_up(builds::Job& job, const std::filesystem::path& folder) {
    const auto files = logs::JobLogFiles::open_for_reading(folder);
    if (!files) return;
    for (auto next = std::int64_t{0};;) {
        const auto records = files->read_records(next, records_at_once);
        if (!records || records->empty()) break;
        for (const auto& record : *records) {
            ++next;
            if (record.step == 0 || record.step > job.steps.size()) continue;
            auto& step = job.steps[record.step - 1U];
            if (step.first_line == 0) step.first_line = next;
            step.last_line = std::max(step.last_line, next);
        }
        job.log_lines = next;
    }
}

void settle(builds::Job& job, const std::filesystem::path& folder, const Clock& clock) {
    using builds::Conclusion;
    using builds::Status;
    int last_step = 0;
    for (auto& step : job.steps) {
        if (step.started_at) last_step = step.number;
        if (step.status == Status::completed) continue;
        step.conclusion = step.started_at ? Conclusion::cancelled : Conclusion::skipped;
        step.status = Status::completed;
    }
    std::error_code ignored;
    if (std::filesystem::exists(folder / "text", ignored)) {
        if (auto log = logs::JobLogWriter::open(folder, clock)) {
            try {
                log->append(last_step, "##[error]The job was interrupted: the server stopped.");
                log->sync();
            } catch (const std::system_error&) {
                // The lines before it are what counts.
            }
        }
        catch_up(job, folder);
    }
    job.status = Status::completed;
    job.conclusion = Conclusion::cancelled;
    job.reason = "interrupted";
    if (job.started_at) job.completed_at = clock.wall_now();
}

void settle(RunRecords& records, previews::SiteStore& sites, const RunFolders& folders, RunRecord& record,
            const Clock& clock) {
    auto& run = record.run;
    for (auto& job : run.jobs) {
        if (job.status == builds::Status::completed) continue;
        settle(job, folders.log(run.id, run.attempt, job.id), clock);
        records.save_job(job);
    }
    // A site that nobody was told of must not take the place of the one before.
    std::ignore = sites.remove(record.site_id);
    run.status = builds::Status::completed;
    run.conclusion = builds::Conclusion::cancelled;
    run.reason = "interrupted";
    run.completed_at = run.updated_at = clock.wall_now();
    run.preview.state = builds::PreviewState::failed;
    run.preview.reason = "The run was interrupted: the server stopped.";
    ++run.version;
    records.save_attempt(run);
}

}  // namespace

std::size_t recover(RunRecords& records, previews::SiteStore& sites, const RunFolders& folders, const Clock& clock) {
    std::size_t settled = 0;
    for (const auto& [run, attempt] : records.unfinished()) {
        auto record = records.find(run, attempt);
        if (!record) continue;
        settle(records, sites, folders, *record, clock);
        ++settled;
    }
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{folders.all(), ignored}) {
        const auto run = to_integer(entry.path().filename().string());
        if (!run || !records.find(*run)) {
            remove_tree(entry.path());
            continue;
        }
        for (const auto& attempt : std::filesystem::directory_iterator{entry.path(), ignored}) {
            remove_tree(attempt.path() / "work");
        }
    }
    return settled;
}

}  // namespace flux::providers::local
