#include "providers/local/live_job.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace flux::providers::local {

LiveJob::LiveJob(builds::Job job, RunRecords& records, const Clock& clock, std::function<void()> changed,
                 std::function<void(const std::string&)> noted)
    : records_{records}, clock_{clock}, changed_{std::move(changed)}, noted_{std::move(noted)}, job_{std::move(job)} {}

builds::Job LiveJob::snapshot() const {
    const std::scoped_lock lock{mutex_};
    return job_;
}

std::int64_t LiveJob::id() const {
    const std::scoped_lock lock{mutex_};
    return job_.id;
}

void LiveJob::describe(std::string name, std::string reason) {
    {
        const std::scoped_lock lock{mutex_};
        if (job_.name == name && job_.reason == reason) return;
        job_.name = std::move(name);
        job_.reason = std::move(reason);
    }
    save();
}

void LiveJob::begin(const std::filesystem::path& folder) {
    auto log = logs::JobLogWriter::open(folder, clock_);
    const auto refusal = log ? std::string{} : log.error().message;
    {
        const std::scoped_lock lock{mutex_};
        job_.status = builds::Status::in_progress;
        job_.started_at = clock_.wall_now();
        job_.reason.clear();
        if (log) log_.emplace(*std::move(log));
    }
    save();
    if (!refusal.empty()) throw std::system_error{std::make_error_code(std::errc::io_error), refusal};
}

void LiveJob::end(builds::Conclusion conclusion, std::string reason) {
    // First the lines, then that none will follow: otherwise a reader stops too early.
    try {
        if (log_) log_->sync();
    } catch (const std::system_error&) {
        // The lines that made it are there; the conclusion counts more.
    }
    flush_log();
    {
        const std::scoped_lock lock{mutex_};
        const auto now = clock_.wall_now();
        for (auto& step : job_.steps) {
            if (step.status == builds::Status::completed) continue;
            step.conclusion = step.started_at ? builds::Conclusion::cancelled : builds::Conclusion::skipped;
            step.status = builds::Status::completed;
            if (step.started_at) step.completed_at = now;
        }
        job_.status = builds::Status::completed;
        job_.conclusion = conclusion;
        job_.reason = std::move(reason);
        job_.completed_at = now;
    }
    save();
}

void LiveJob::settle(builds::Conclusion conclusion, std::string reason) {
    {
        const std::scoped_lock lock{mutex_};
        job_.status = builds::Status::completed;
        job_.conclusion = conclusion;
        job_.reason = std::move(reason);
        job_.completed_at = clock_.wall_now();
    }
    save();
}

void LiveJob::remark(std::string_view text) {
    const std::scoped_lock lock{mutex_};
    if (!log_) return;
    const int step = job_.steps.empty() ? 0 : job_.steps.back().number;
    try {
        log_->append(step, text);
        count_line(step, log_->lines());
    } catch (const std::system_error&) {
        // A remark is worth less than what it remarks on.
    }
}

bool LiveJob::flush_log() {
    const std::scoped_lock lock{mutex_};
    if (!log_) return false;
    try {
        log_->flush();
    } catch (const std::system_error&) {
        // The job's own next line meets the same and ends the job.
        return false;
    }
    job_.log_lines = log_->lines();
    return std::exchange(lines_seen_, job_.log_lines) != job_.log_lines;
}

void LiveJob::save() {
    auto job = snapshot();
    bool failed = false;
    try {
        records_.save_job(job);
    } catch (const store::DatabaseFailure&) {
        failed = true;
    }
    {
        const std::scoped_lock lock{mutex_};
        unsaved_ = failed;
    }
    changed_();
}

void LiveJob::save_again() {
    {
        const std::scoped_lock lock{mutex_};
        if (!unsaved_) return;
    }
    save();
}

builds::Step* LiveJob::step_of(int number) {
    const auto index = static_cast<std::size_t>(number - 1);
    return number >= 1 && index < job_.steps.size() ? &job_.steps[index] : nullptr;
}

void LiveJob::count_line(int step, std::int64_t number) {
    if (auto* of = step_of(step)) {
        if (of->first_line == 0) of->first_line = number;
        of->last_line = number;
    }
}

void LiveJob::steps_planned(const std::vector<std::string>& names) {
    {
        const std::scoped_lock lock{mutex_};
        job_.steps.clear();
        for (const auto& name : names) {
            builds::Step step;
            step.number = static_cast<int>(job_.steps.size()) + 1;
            step.name = name;
            job_.steps.push_back(std::move(step));
        }
    }
    save();
}

void LiveJob::step_named(int step, const std::string& name) {
    {
        const std::scoped_lock lock{mutex_};
        auto* of = step_of(step);
        if (of == nullptr || of->name == name) return;
        of->name = name;
    }
    save();
}

void LiveJob::step_started(int step) {
    if (abandoned_) throw Abandoned{};
    {
        const std::scoped_lock lock{mutex_};
        auto* of = step_of(step);
        if (of == nullptr) return;
        of->status = builds::Status::in_progress;
        of->started_at = clock_.wall_now();
    }
    save();
}

void LiveJob::step_finished(int step, builds::Conclusion conclusion) {
    {
        const std::scoped_lock lock{mutex_};
        auto* of = step_of(step);
        if (of == nullptr) return;
        of->status = builds::Status::completed;
        of->conclusion = conclusion;
        if (of->started_at) of->completed_at = clock_.wall_now();
        if (log_) log_->sync();
    }
    flush_log();
    save();
}

void LiveJob::line(int step, std::string_view text, bool truncated) {
    const std::scoped_lock lock{mutex_};
    if (!log_) return;
    log_->append(step, text, truncated);
    count_line(step, log_->lines());
}

void LiveJob::note(const std::string& text) { noted_(text); }

}  // namespace flux::providers::local
