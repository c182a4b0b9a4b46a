#include "tools/run_diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/text.hpp"
#include "logs/diagnosis.hpp"
#include "logs/matcher.hpp"
#include "logs/visible_text.hpp"
#include "tools/annotated_failure.hpp"
#include "tools/answer_size.hpp"
#include "tools/failed_jobs.hpp"
#include "tools/fence.hpp"
#include "tools/job_diagnosis.hpp"
#include "tools/job_text.hpp"
#include "tools/log_absence.hpp"
#include "tools/log_choice.hpp"
#include "tools/log_text.hpp"
#include "tools/next_call.hpp"
#include "tools/run_differences.hpp"
#include "tools/run_json.hpp"
#include "tools/run_report.hpp"
#include "tools/since_green.hpp"

namespace flux::tools {

namespace {

using builds::Conclusion;
using builds::Job;
using builds::Run;
using builds::Status;
using std::chrono::steady_clock;

/// Of one job's log; more is not looked at.
constexpr std::size_t read_bytes = std::size_t{16} << 20;
/// Of all jobs' logs together.
constexpr std::size_t read_bytes_in_all = std::size_t{192} << 20;
/// Of the same job's log when it was green.
constexpr std::size_t green_bytes = std::size_t{4} << 20;
/// Each may be a download.
constexpr std::size_t most_looked_into = 32;
/// Each may be a request.
constexpr std::size_t most_annotated = 12;
constexpr std::chrono::seconds longest_look{20};
constexpr std::size_t most_victims = 12;

/// A reason in the provider's words.
std::string sentence(std::string_view text) { return shortened(logs::visible_text(text, logs::Escapes::none), 300); }

std::vector<const Job*> those_that(const Run& run, bool (*holds)(const Job&)) {
    std::vector<const Job*> jobs;
    for (const auto& job : run.jobs) {
        if (holds(job)) jobs.push_back(&job);
    }
    return jobs;
}

/// The jobs to diagnose: those that failed, or of a run without any those that were cancelled at work.
std::vector<const Job*> jobs_to_explain(const Run& run) {
    auto failed = those_that(run, [](const Job& job) { return has_failed(job.conclusion); });
    if (!failed.empty()) return failed;
    return those_that(run, [](const Job& job) { return job.conclusion == Conclusion::cancelled && job.log_lines > 0; });
}

/// Jobs that didn't run, or not to their end, because others failed.
std::vector<const Job*> victims_of(const Run& run, const std::vector<const Job*>& failed) {
    if (failed.empty()) return {};
    std::vector<const Job*> victims;
    for (const auto& job : run.jobs) {
        const bool stopped = job.conclusion == Conclusion::skipped || job.conclusion == Conclusion::cancelled;
        if (stopped && std::find(failed.begin(), failed.end(), &job) == failed.end()) victims.push_back(&job);
    }
    return victims;
}

boost::json::object card(const Run& run) {
    boost::json::object result;
    auto all = run_json(run);
    for (const auto* name : {"run_id", "status", "conclusion", "html_url", "created_at", "head_branch", "head_sha",
                             "name", "workflow", "attempt", "reason"}) {
        if (const auto* value = all.if_contains(name)) result[name] = *value;
    }
    return result;
}

std::string head_line(const Run& run) {
    auto text = fmt::format("Run {} ({}", run.id, clean_name(run.name));
    if (run.attempt > 1) text += fmt::format(", attempt {}", run.attempt);
    text += fmt::format(") of {} at {}: {}", clean_name(run.head_branch), run.head_sha.substr(0, 9),
                        state_text(run.status, run.conclusion));
    if (!run.reason.empty()) text += fmt::format(" ({})", sentence(run.reason));
    return text + ".\n";
}

/// Why a run has no failed job to speak of.
LogAbsence nothing_failed(const Run& run) {
    if (run.status == Status::in_progress) {
        return {fmt::format("Run {} is in progress and no job has failed so far.", run.id), "live", 10};
    }
    if (!builds::is_over(run)) return explain_absence(run, all_jobs(run));
    if (run.conclusion == Conclusion::success) {
        auto why = fmt::format("Run {} succeeded: there is nothing to diagnose.", run.id);
        if (run.preview.state == builds::PreviewState::failed && !run.preview.reason.empty()) {
            why += fmt::format(" Its preview is not there: {}", sentence(run.preview.reason));
        }
        return {std::move(why), "complete", 0};
    }
    if (!run.jobs.empty()) return explain_absence(run, all_jobs(run));
    return {fmt::format("Run {} ended ({}) before it had a job{}.", run.id,
                        run.conclusion ? builds::name_of(*run.conclusion) : "completed",
                        run.reason.empty() ? "" : fmt::format(": {}", sentence(run.reason))),
            "never_written", 0};
}

NextCalls next_calls(const Run& run, const Job* first_failed) {
    boost::json::object of_run;
    of_run["run_id"] = run.id;
    if (first_failed == nullptr) {
        if (builds::is_over(run)) return {};
        of_run["wait_s"] = 45;
        of_run["until"] = "completed";
        return {{"builds.status", std::move(of_run)}};
    }
    of_run["job"] = first_failed->id;
    NextCalls next{{"builds.tailLogs", std::move(of_run)}};
    if (builds::is_over(run)) {
        boost::json::object of_branch;
        of_branch["branch"] = to_utf8(run.head_branch);
        next.push_back({"builds.createPreview", std::move(of_branch)});
    }
    return next;
}

/// What explains one job alone.
std::string call_for_job(const Run& run, const Job& job) {
    NextCall call{"builds.diagnose", {}};
    call.arguments["run_id"] = run.id;
    call.arguments["job"] = job.id;
    return to_text(call);
}

std::string call_for_lines(const Run& run, const Job& job) {
    NextCall call{"builds.tailLogs", {}};
    call.arguments["run_id"] = run.id;
    call.arguments["job"] = job.id;
    call.arguments["lines"] = 400;
    call.arguments["max_tokens"] = most_tokens;
    return to_text(call);
}

/// Of a log that was too long to be looked at as a whole.
std::string call_for_the_unread(const Run& run, const Job& job) {
    NextCall call{"builds.searchLogs", {}};
    call.arguments["run_id"] = run.id;
    call.arguments["job"] = job.id;
    call.arguments["pattern"] = "error";
    call.arguments["ignore_case"] = true;
    return to_text(call);
}

boost::json::array victims_json(const std::vector<const Job*>& victims, std::size_t room) {
    boost::json::array result;
    for (const auto* victim : victims) {
        boost::json::object entry;
        entry["job"] = clean_name(victim->name);
        entry["conclusion"] = builds::name_of(*victim->conclusion);
        const auto size = size_of(entry) + 1;
        if (result.size() == most_victims || (size > room && !result.empty())) break;
        room = room_left(room, size);
        result.push_back(std::move(entry));
    }
    return result;
}

/// What `diagnose_run` is made of, step by step.
class Investigation {
public:
    Investigation(std::shared_ptr<const Context> context, const Run& run, DiagnosisWish wish)
        : context_{std::move(context)}, run_{run}, wish_{std::move(wish)} {}

    async::Task<Result<RunDiagnosis>> carry_out() {
        auto jobs = jobs_to_explain(run_);
        if (wish_.job) {
            const auto chosen = choose_jobs(run_, wish_.job);
            if (!chosen) co_return fail(chosen.error());
            auto explained = jobs;
            std::erase_if(explained, [&](const Job* job) {
                return std::find(chosen->begin(), chosen->end(), job) == chosen->end();
            });
            if (explained.empty()) co_return without_failure(absence_of(*chosen));
            jobs = std::move(explained);
        }
        if (jobs.empty()) co_return without_failure(nothing_failed(run_));
        if (wish_.compare) history_ = co_await look_back(context_->provider, run_, jobs, history_limits());
        write_head(jobs);
        const auto end = steady_clock::now() + longest_look;
        std::size_t looked_into = 0;
        for (const auto* job : jobs) {
            const bool enough = looked_into == most_looked_into || steady_clock::now() > end;
            if (enough && looked_into > 0) break;
            co_await look_into(*job, std::min(jobs.size(), most_looked_into) - looked_into);
            ++looked_into;
        }
        unseen_ = {jobs.begin() + static_cast<std::ptrdiff_t>(looked_into), jobs.end()};
        // It tries what fits, and each try goes through the texts.
        auto compose_all = [this] { return compose(); };
        auto composing = context_->pool.run(std::move(compose_all));
        co_return co_await std::move(composing);
    }

private:
    /// A small answer keeps its room for the causes.
    HistoryLimits history_limits() const {
        return wish_.max_tokens < 2000 ? HistoryLimits{1, 3, 2, 1} : HistoryLimits{};
    }

    LogAbsence absence_of(const std::vector<const Job*>& jobs) const {
        const auto* job = jobs.front();
        if (jobs.size() == 1 && job->conclusion == Conclusion::success) {
            return {fmt::format("Job \"{}\" succeeded: there is nothing to diagnose.", clean_name(job->name)),
                    "complete", 0};
        }
        if (jobs.size() == 1 && job->log_lines > 0) {
            return {fmt::format("Job \"{}\" is {} and has not failed.", clean_name(job->name),
                                state_text(job->status, job->conclusion)),
                    "live", 10};
        }
        return explain_absence(run_, jobs);
    }

    RunDiagnosis without_failure(const LogAbsence& absence) const {
        const auto next = next_calls(run_, nullptr);
        RunDiagnosis result;
        result.text = head_line(run_) + absence.why + "\n";
        if (absence.look_again_in_s > 0) result.text += fmt::format("Look again in {} s.\n", absence.look_again_in_s);
        result.text += to_text(next);
        auto& structured = result.structured;
        structured["text"] = result.text;
        structured["verdict"] = verdict_without_job();
        structured["failed_steps"] = boost::json::array{};
        structured["causes"] = boost::json::array{};
        structured["omitted"] = nullptr;
        structured["run"] = card(run_);
        structured["jobs"] = boost::json::array{};
        structured["failed_tests"] = boost::json::array{};
        structured["victims"] = boost::json::array{};
        structured["since_green"] = nullptr;
        structured["flaky"] = nullptr;
        structured["why"] = absence.why;
        structured["log_state"] = absence.log_state;
        structured["look_again_in_s"] = absence.look_again_in_s;
        structured["next"] = to_json(next);
        return result;
    }

    /// A run can fail before a job does: then its own reason is all there is to know.
    boost::json::value verdict_without_job() const {
        if (!has_failed(run_.conclusion) || !run_.jobs.empty()) return nullptr;
        const bool never_began = run_.conclusion == Conclusion::startup_failure;
        boost::json::object verdict;
        verdict["class"] = logs::name_of(never_began ? logs::FailureClass::workflow : logs::FailureClass::unknown);
        verdict["confidence"] = never_began ? 0.9 : 0.3;
        verdict["summary"] =
            run_.reason.empty() ? std::string{"The run failed before it had a job."} : sentence(run_.reason);
        return verdict;
    }

    void write_head(const std::vector<const Job*>& jobs) {
        victims_ = victims_of(run_, jobs);
        text_ = head_line(run_);
        if (run_.jobs.size() > 1) text_ += fmt::format("Failed: {} of {} jobs.", jobs.size(), run_.jobs.size());
        if (!victims_.empty()) {
            text_ += fmt::format(" Not done because of that: {}.", names_within(budget() / 32, victims_));
        }
        if (!builds::is_over(run_)) text_ += " The run goes on.";
        if (!text_.ends_with('\n')) text_ += '\n';

        // What changed may not take the room of what broke.
        for (const auto& fewer : {shown_history_, HistoryLimits{1, 3, 1, 1}, HistoryLimits{1, 1, 0, 0}}) {
            shown_history_ = fewer;
            if (history_cost() <= budget() / 4) break;
        }
        if (history_.since_green && history_cost() > budget() / 4) history_.since_green->differences = {};
    }

    std::size_t budget() const { return static_cast<std::size_t>(wish_.max_tokens) * bytes_a_token; }

    /// The text goes out twice.
    std::size_t history_cost() const {
        return size_of(since_green_json(history_, shown_history_)) +
               2 * size_in_json(history_text(history_, shown_history_));
    }

    /// The longest text that a job may get, if it is the only one.
    std::size_t longest_text() const { return budget() * 3 / 10; }

    /// `still_to_come`: so many jobs, with this one, share what may be read.
    async::Task<> look_into(const Job& job, std::size_t still_to_come) {
        std::string why;
        JobDiagnosis diagnosis;
        const auto limit = std::min(read_bytes, room_left(read_bytes_in_all, read_) / still_to_come);
        auto log = co_await read_job_text(context_->provider, context_->pool, run_, job, limit);
        if (!log) {
            why = sentence(log.error().message);
        } else if (log->lines == 0) {
            const std::vector<const Job*> alone{&job};
            why = explain_absence(run_, alone).why;
        } else {
            if (log->lines < log->total_lines) {
                unread_ += log->total_lines - log->lines;
                if (unread_of_ == nullptr) unread_of_ = &job;
            }
            for (const auto& part : log->parts) read_ += part.bytes.size();
            const auto shared = std::make_shared<const JobText>(*std::move(log));
            auto work = [job, shared, nonce = nonce_, room = longest_text()] {
                return diagnose_job(job, *shared, nonce, room);
            };
            auto working = context_->pool.run(std::move(work));
            diagnosis = co_await std::move(working);
            if (!diagnosis.convinces) co_await compare_with_green(job, diagnosis, shared);
        }
        if (!diagnosis.convinces) co_await hear_annotations(job, why, diagnosis);
        add(groups_, job, std::move(why), std::move(diagnosis));
    }

    /// What was said of a job beside its log: asked for where that isn't there or explains nothing.
    async::Task<> hear_annotations(const Job& job, std::string& why, JobDiagnosis& diagnosis) {
        if (annotated_ == most_annotated || job.status != Status::completed) co_return;
        ++annotated_;
        const auto annotations = co_await context_->provider.annotations(run_.id, job.id);
        if (!annotations) {
            if (!why.empty()) why += " Its annotations can't be read either: " + sentence(annotations.error().message);
            co_return;
        }
        auto annotated = diagnose_annotations(job, *annotations, longest_text());
        if (!annotated) co_return;
        if (why.empty()) {
            put_before(diagnosis, *std::move(annotated));
        } else {
            annotated->note = std::exchange(why, {});
            diagnosis = *std::move(annotated);
        }
    }

    /// What the job printed when it was green explains nothing: tried where nothing else convinces.
    async::Task<> compare_with_green(const Job& job, JobDiagnosis& diagnosis, std::shared_ptr<const JobText> log) {
        const auto* green = history_.since_green ? green_namesake(history_.since_green->green, job) : nullptr;
        if (green == nullptr) co_return;
        // Another log of the provider's may take too long to come.
        const auto& at_hand = history_.since_green->set_up.read_jobs;
        if (green->log_lines == 0 && std::find(at_hand.begin(), at_hand.end(), green->id) == at_hand.end()) co_return;
        auto text = co_await read_job_text(context_->provider, context_->pool, history_.since_green->green, *green,
                                           green_bytes);
        if (!text || text->lines == 0) co_return;
        auto work = [job, log, green_text = *std::move(text), nonce = nonce_, room = longest_text()] {
            return diagnose_job(job, *log, nonce, room, &green_text);
        };
        auto working = context_->pool.run(std::move(work));
        diagnosis = co_await std::move(working);
    }

    /// How many of the groups an answer holds.
    struct Extent {
        std::size_t named = 0;      ///< the first ones, with their first cause
        std::size_t explained = 0;  ///< the first ones of these, each with a text of its own
    };

    /// Room for what an answer lists beside its text and its causes.
    std::size_t lists() const { return scarce_ ? 0 : budget(); }

    /// Room for the names of the jobs of one group that has several.
    std::size_t room_for_names() const { return lists() / 32; }

    std::string heading_for(const FailedJobs& group) const {
        if (run_.jobs.size() == 1) return {};
        if (!scarce_) return heading_of(group, room_for_names());
        const auto first = group.jobs.front()->id;
        return group.jobs.size() == 1 ? fmt::format("\nJob id {}:\n", first)
                                      : fmt::format("\n{} jobs, the first with id {}:\n", group.jobs.size(), first);
    }

    /// What the groups behind those that are explained failed of, a line each.
    std::string first_causes(Extent extent) const {
        const auto longest = std::clamp<std::size_t>(budget() / 50, 60, 160);
        std::string lines;
        std::size_t jobs = 0;
        for (auto i = extent.explained; i < extent.named; ++i) {
            lines += first_cause_of(groups_[i], longest);
            jobs += groups_[i].jobs.size();
        }
        if (lines.empty()) return {};
        return fmt::format("\n{} more failed jobs by their first cause; with `job` there is more. {}", jobs,
                           fenced(lines));
    }

    /// Failed jobs that an answer doesn't speak of.
    std::vector<const Job*> unshown(Extent extent) const {
        std::vector<const Job*> jobs;
        for (auto i = extent.named; i < groups_.size(); ++i) {
            jobs.insert(jobs.end(), groups_[i].jobs.begin(), groups_[i].jobs.end());
        }
        jobs.insert(jobs.end(), unseen_.begin(), unseen_.end());
        return jobs;
    }

    /// What was left out, and the call that gets it.
    struct LeftOut {
        std::string text;
        boost::json::value omitted;
    };

    LeftOut left_out(Extent extent, std::size_t lines, std::size_t steps) const {
        const auto jobs = unshown(extent);
        const bool brief = extent.explained < extent.named;
        if (lines == 0 && unread_ == 0 && jobs.empty() && !brief && steps == 0) return {{}, nullptr};
        const auto call = !jobs.empty() ? call_for_job(run_, *jobs.front())
                          : brief       ? call_for_job(run_, *groups_[extent.explained].jobs.front())
                          : unread_ > 0 ? call_for_the_unread(run_, *unread_of_)
                                        : call_for_lines(run_, *groups_.front().jobs.front());
        LeftOut result;
        boost::json::object omitted;
        omitted["lines"] = static_cast<std::int64_t>(lines) + unread_;
        result.text = fmt::format("Left out: {} lines", lines);
        if (unread_ > 0) {
            omitted["unread"] = unread_;
            result.text += fmt::format(" and {} that were not looked at", unread_);
        }
        if (steps > 0) {
            omitted["failed_steps"] = steps;
            result.text += fmt::format(", {} of the failed steps", steps);
        }
        if (!jobs.empty()) {
            omitted["jobs"] = jobs.size();
            result.text +=
                fmt::format(", and {} failed jobs: {}. Each comes with its name as `job`, the first with {}\n",
                            jobs.size(), names_within(budget() / 50, jobs), call);
        } else {
            result.text += fmt::format(". More comes with {}\n", call);
        }
        omitted["next"] = call;
        result.omitted = std::move(omitted);
        return result;
    }

    /// More than any log has: for what a number of them takes.
    static constexpr std::size_t most_lines_left_out = 1'000'000'000;

    /// Everything but the text, the causes and what was left out.
    boost::json::object structured_for(Extent extent, const NextCalls& next, std::int64_t look_again) const {
        boost::json::object structured;
        structured["text"] = "";
        structured["verdict"] = verdict_of(groups_);
        structured["failed_steps"] = failed_steps_of(groups_, lists() / 10);
        structured["causes"] = boost::json::array{};
        structured["omitted"] = nullptr;
        structured["run"] = card(run_);
        if (scarce_) structured["run"].as_object().erase("reason");
        structured["jobs"] = groups_json(groups_, extent.named, room_for_names());
        structured["failed_tests"] = failed_tests_of(groups_, lists() / 12);
        structured["victims"] = victims_json(victims_, lists() / 16);
        structured["since_green"] = since_green_json(history_, shown_history_);
        structured["flaky"] = flaky_json(history_);
        structured["log_state"] = log_state(run_, all_jobs(run_));
        structured["look_again_in_s"] = look_again;
        structured["next"] = to_json(next);
        const bool explains =
            std::any_of(groups_.begin(), groups_.end(), [](const auto& each) { return each.why.empty(); });
        if (!explains) structured["why"] = groups_.empty() ? std::string{} : groups_.front().why;
        return structured;
    }

    /// How many of the first `named` groups can be explained beside the lines that name the others. Nothing: there is
    /// no room to name them all.
    std::optional<Extent> extent_within(std::size_t room, std::size_t named) const {
        // What is shorter often holds no cause.
        constexpr std::size_t worth_reading = 900;
        for (auto explained = named;; --explained) {
            const Extent extent{named, explained};
            auto needed = size_in_json(first_causes(extent));
            for (std::size_t i = 0; i < explained; ++i) {
                needed += size_in_json(heading_for(groups_[i])) + size_in_json(text_of(groups_[i], worth_reading).text);
            }
            if (needed <= room) return extent;
            if (explained == 0) return std::nullopt;
        }
    }

    /// The texts of the groups, in `room` bytes of a JSON string. Returns how many lines they left out.
    std::size_t write_groups(Extent extent, std::size_t room) {
        std::size_t lines = 0;
        const auto brief = first_causes(extent);
        room = room_left(room, size_in_json(brief));
        for (std::size_t i = 0; i < extent.explained; ++i) {
            const auto heading = heading_for(groups_[i]);
            const auto share = room / (extent.explained - i);
            const auto written = text_of(groups_[i], room_left(share, size_in_json(heading)));
            text_ += heading + written.text;
            room = room_left(room, size_in_json(heading) + size_in_json(written.text));
            lines += written.lines_left_out;
        }
        text_ += brief;
        return lines;
    }

    RunDiagnosis compose() {
        const std::int64_t look_again = builds::is_over(run_) ? 0 : 10;
        const auto next = next_calls(run_, groups_.front().jobs.front());
        std::string ending = history_text(history_, shown_history_);
        if (look_again > 0) ending += fmt::format("Look again in {} s.\n", look_again);
        ending += to_text(next);
        std::size_t steps = 0;
        for (const auto& group : groups_) steps += group.failed_steps.size();

        // As many groups as find room: a job that is named counts for more than a long explanation of another. One at
        // least is explained, unless there is room for a line each and no more.
        RunDiagnosis result;
        auto& structured = result.structured;
        std::optional<Extent> without_a_text;
        std::optional<Extent> extent;
        std::size_t room = 0;
        const auto make_room_for = [&](std::size_t named) {
            structured = structured_for({named, named}, next, look_again);
            const auto around = left_out({named, named > 1 ? 1U : named}, most_lines_left_out, steps);
            const auto spent = message_frame + size_of(structured) + size_of(around.omitted) +
                               2 * (size_in_json(text_) + size_in_json(ending) + size_in_json(around.text));
            // The text goes out twice, and beside it the causes once more, one by one.
            room = room_left(budget(), spent) * (named > 1 ? 4 : 3) / 10;
            return extent_within(room, named);
        };
        for (auto named = groups_.size(); named > 0 && !extent; --named) {
            const auto fits = make_room_for(named);
            if (fits && fits->explained > 0) extent = fits;
            if (fits && named > 1 && !without_a_text) without_a_text = fits;
        }
        if (!extent && without_a_text) {
            extent = without_a_text;
            make_room_for(extent->named);
        }
        if (!extent) {
            extent = Extent{1, 1};
            scarce_ = room < size_in_json(heading_for(groups_[0])) + size_in_json(text_of(groups_[0], 0).text);
            if (scarce_) make_room_for(1);
        }
        auto lines = write_groups(*extent, room);
        steps -= structured["failed_steps"].as_array().size();

        const auto around = left_out(*extent, most_lines_left_out, steps);
        const auto spent = message_frame + size_of(structured) + size_of(around.omitted) +
                           2 * (size_in_json(text_) + size_in_json(ending) + size_in_json(around.text));
        structured["causes"] = take_causes(groups_, extent->named, room_left(budget(), spent), lines);
        auto [text, omitted] = left_out(*extent, lines, steps);
        structured["omitted"] = std::move(omitted);
        result.text = text_ + text + ending;
        structured["text"] = result.text;
        return result;
    }

    const std::shared_ptr<const Context> context_;
    const Run& run_;
    const DiagnosisWish wish_;
    const std::string nonce_ = random_id(8);

    RunHistory history_;
    HistoryLimits shown_history_ = history_limits();
    std::string text_;
    FailureGroups groups_;
    bool scarce_ = false;  ///< there is hardly room for one text: lists are cut to their first entries
    std::vector<const Job*> victims_;
    std::vector<const Job*> unseen_;  ///< failed jobs that were not looked into
    std::size_t read_ = 0;            ///< bytes of logs
    std::size_t annotated_ = 0;       ///< jobs whose annotations were asked for
    std::int64_t unread_ = 0;         ///< lines of logs that were too long
    const Job* unread_of_ = nullptr;
};

}  // namespace

async::Task<Result<RunDiagnosis>> diagnose_run(std::shared_ptr<const Context> context, builds::Run run,
                                               DiagnosisWish wish) {
    Investigation investigation{std::move(context), run, std::move(wish)};
    co_return co_await investigation.carry_out();
}

}  // namespace flux::tools
