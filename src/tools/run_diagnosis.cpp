#include "tools/run_diagnosis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/text.hpp"
#include "logs/diagnosis.hpp"
#include "logs/matcher.hpp"
#include "logs/visible_text.hpp"
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

constexpr std::size_t bytes_a_token = 4;
/// Of one job's log; more is not looked at.
constexpr std::size_t read_bytes = std::size_t{16} << 20;
/// Of the same job's log when it was green.
constexpr std::size_t green_bytes = std::size_t{4} << 20;
/// A job with less room than this is named and no more.
constexpr std::size_t least_room = 480;
constexpr std::size_t most_jobs = 12;
/// For each of the calls that an answer suggests, as text and as JSON.
constexpr std::size_t reserve = 320;

/// A reason in the provider's words.
std::string sentence(std::string_view text) { return shortened(logs::visible_text(text, logs::Escapes::none), 300); }

/// One failed job of the answer.
struct Finding {
    const Job* job = nullptr;
    std::string why;  ///< why there is no diagnosis; empty: there is one
    JobDiagnosis diagnosis;
    const Job* same_as = nullptr;  ///< the job that failed of the same before
};

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

std::string names_of(const std::vector<const Job*>& jobs) {
    std::vector<std::string> names;
    for (const auto* job : jobs) {
        if (names.size() == most_jobs) break;
        names.push_back(clean_name(job->name));
    }
    auto text = fmt::format("{}", fmt::join(names, ", "));
    if (jobs.size() > names.size()) text += fmt::format(" and {} more", jobs.size() - names.size());
    return text;
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

NextCalls next_calls(const Run& run, const std::vector<Finding>& findings) {
    boost::json::object of_run;
    of_run["run_id"] = run.id;
    if (findings.empty()) {
        if (builds::is_over(run)) return {};
        of_run["wait_s"] = 45;
        of_run["until"] = "completed";
        return {{"builds.status", std::move(of_run)}};
    }
    of_run["job"] = findings.front().job->id;
    NextCalls next{{"builds.tailLogs", std::move(of_run)}};
    if (builds::is_over(run)) {
        boost::json::object of_branch;
        of_branch["branch"] = to_utf8(run.head_branch);
        next.push_back({"builds.createPreview", std::move(of_branch)});
    }
    return next;
}

std::string call_for_the_rest(const Run& run, const std::vector<Finding>& findings, const Job* unshown) {
    NextCall call;
    call.arguments["run_id"] = run.id;
    if (unshown != nullptr) {
        call.tool = "builds.diagnose";
        call.arguments["job"] = unshown->id;
    } else {
        call.tool = "builds.tailLogs";
        call.arguments["job"] = findings.front().job->id;
        call.arguments["lines"] = 400;
        call.arguments["max_tokens"] = 20'000;
    }
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

const Finding* best_of(const std::vector<Finding>& findings) {
    const Finding* best = nullptr;
    for (const auto& finding : findings) {
        if (!finding.why.empty()) continue;
        if (best == nullptr || finding.diagnosis.confidence > best->diagnosis.confidence) best = &finding;
    }
    return best;
}

boost::json::value verdict_of(const std::vector<Finding>& findings) {
    const auto* best = best_of(findings);
    if (best == nullptr) return nullptr;
    boost::json::object verdict;
    verdict["class"] = logs::name_of(best->diagnosis.kind);
    verdict["confidence"] = best->diagnosis.confidence;
    verdict["summary"] = best->diagnosis.summary;
    return verdict;
}

boost::json::array jobs_of(const std::vector<Finding>& findings) {
    boost::json::array jobs;
    for (const auto& finding : findings) {
        boost::json::object entry;
        entry["id"] = finding.job->id;
        entry["name"] = clean_name(finding.job->name);
        entry["conclusion"] = finding.job->conclusion ? builds::name_of(*finding.job->conclusion) : "";
        if (finding.why.empty()) {
            entry["class"] = logs::name_of(finding.diagnosis.kind);
            entry["confidence"] = finding.diagnosis.confidence;
        } else {
            entry["why"] = finding.why;
        }
        if (finding.same_as != nullptr) entry["same_as"] = clean_name(finding.same_as->name);
        jobs.push_back(std::move(entry));
    }
    return jobs;
}

/// The failed tests of all jobs by name, each once.
boost::json::array failed_tests_of(const std::vector<Finding>& findings) {
    boost::json::array tests;
    for (const auto& finding : findings) {
        for (const auto& test : finding.diagnosis.failed_tests) {
            const boost::json::value name(clean_name(test));
            if (tests.size() < logs::most_tests_listed && std::find(tests.begin(), tests.end(), name) == tests.end()) {
                tests.push_back(name);
            }
        }
    }
    return tests;
}

boost::json::array victims_json(const std::vector<const Job*>& victims) {
    boost::json::array result;
    for (const auto* victim : victims) {
        if (result.size() == most_jobs) break;
        boost::json::object entry;
        entry["job"] = clean_name(victim->name);
        entry["conclusion"] = builds::name_of(*victim->conclusion);
        result.push_back(std::move(entry));
    }
    return result;
}

std::size_t size_of(const boost::json::value& value) { return boost::json::serialize(value).size(); }

/// The causes of all jobs, best first, as many as fit. Returns how many lines of excerpts found no room.
std::size_t take_causes(std::vector<Finding>& findings, std::size_t room, boost::json::array& causes) {
    struct Place {
        int weight;
        boost::json::value* cause;
    };
    std::vector<Place> places;
    for (auto& finding : findings) {
        if (finding.same_as != nullptr) continue;
        auto& all = finding.diagnosis.causes;
        for (std::size_t i = 0; i < all.size(); ++i) places.push_back({finding.diagnosis.weights[i], &all[i]});
    }
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.weight > b.weight; });

    std::size_t left_out = 0;
    for (const auto& place : places) {
        auto& cause = place.cause->as_object();
        const std::string excerpt{cause["excerpt"].as_string()};
        auto size = size_of(cause) + 1;
        if (size > room && size - excerpt.size() < room) {
            // The cause itself says more than what stands around it.
            cause["excerpt"] = shortened(excerpt, (room - (size - excerpt.size())) / 2);
            size = size_of(cause) + 1;
        }
        if (size > room) {
            left_out += static_cast<std::size_t>(std::count(excerpt.begin(), excerpt.end(), '\n')) + 1;
            continue;
        }
        room -= size;
        causes.push_back(std::move(*place.cause));
    }
    return left_out;
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
        const auto shown = leave_room_for(jobs);
        for (std::size_t i = 0; i < shown; ++i) co_await look_into(*jobs[i], room_for_text() / (shown - i));
        unshown_ = {jobs.begin() + static_cast<std::ptrdiff_t>(shown), jobs.end()};
        co_return compose();
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
        const auto next = next_calls(run_, {});
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
        if (!victims_.empty()) text_ += fmt::format(" Not done because of that: {}.", names_of(victims_));
        if (!builds::is_over(run_)) text_ += " The run goes on.";
        if (!text_.ends_with('\n')) text_ += '\n';

        // What changed may not take the room of what broke.
        for (const auto& fewer : {shown_history_, HistoryLimits{1, 3, 1, 1}, HistoryLimits{1, 1, 0, 0}}) {
            shown_history_ = fewer;
            if (history_cost() <= budget() / 4) break;
        }
        if (history_.since_green && history_cost() > budget() / 4) history_.since_green->differences = {};
        structured_size_ = size_of(card(run_)) + size_of(victims_json(victims_)) + reserve + history_cost();
    }

    std::size_t budget() const { return static_cast<std::size_t>(wish_.max_tokens) * bytes_a_token; }

    /// The text goes out twice.
    std::size_t history_cost() const {
        return size_of(since_green_json(history_, shown_history_)) +
               history_text(history_, shown_history_).size() * 5 / 2;
    }

    /// How many of the jobs get enough room to be explained; what they cost beside their text is taken off.
    std::size_t leave_room_for(const std::vector<const Job*>& jobs) {
        for (std::size_t count = 0; count < std::min(jobs.size(), most_jobs); ++count) {
            // Its entries in `jobs` and `failed_steps`.
            const auto cost = 3 * std::min<std::size_t>(jobs[count]->name.size(), 120) + 240;
            structured_size_ += cost;
            if (count == 0 || room_for_text() / (count + 1) >= least_room) continue;
            structured_size_ -= cost;
            return count;
        }
        return std::min(jobs.size(), most_jobs);
    }

    /// The text goes out twice, and beside it the causes once more, one by one.
    std::size_t room_for_text() const {
        const auto spent = structured_size_ + 2 * reserve + text_.size() * 5 / 2;
        return (budget() - std::min(budget(), spent)) * 3 / 10;
    }

    async::Task<> look_into(const Job& job, std::size_t room) {
        Finding finding;
        finding.job = &job;
        const auto heading =
            run_.jobs.size() > 1 ? fmt::format("\nJob \"{}\" (id {}):\n", clean_name(job.name), job.id) : std::string{};
        const auto room_below = room - std::min(room, heading.size());
        auto log = co_await read_job_text(context_->provider, context_->pool, run_, job, read_bytes);
        if (!log) {
            finding.why = sentence(log.error().message);
        } else if (log->lines == 0) {
            const std::vector<const Job*> alone{&job};
            finding.why = explain_absence(run_, alone).why;
        } else {
            if (log->lines < log->total_lines) {
                unread_ += log->total_lines - log->lines;
                if (unread_of_ == nullptr) unread_of_ = &job;
            }
            const auto shared = std::make_shared<const JobText>(*std::move(log));
            auto work = [job, shared, nonce = nonce_, room = room_below] {
                return diagnose_job(job, *shared, nonce, room);
            };
            auto working = context_->pool.run(std::move(work));
            finding.diagnosis = co_await std::move(working);
            if (!finding.diagnosis.convinces) co_await compare_with_green(finding, shared, room_below);
            for (const auto& earlier : findings_) {
                if (finding.same_as != nullptr || finding.diagnosis.likeness.empty()) break;
                if (earlier.diagnosis.likeness == finding.diagnosis.likeness) finding.same_as = earlier.job;
            }
        }
        text_ += heading;
        if (!finding.why.empty()) {
            text_ += finding.why + "\n";
        } else if (finding.same_as != nullptr) {
            text_ += fmt::format("The same as in job \"{}\".\n", clean_name(finding.same_as->name));
        } else {
            if (!finding.diagnosis.note.empty()) text_ += finding.diagnosis.note + "\n";
            text_ += finding.diagnosis.text;
            left_out_ += finding.diagnosis.lines_left_out;
        }
        findings_.push_back(std::move(finding));
    }

    /// What the job printed when it was green explains nothing: tried where nothing else convinces.
    async::Task<> compare_with_green(Finding& finding, std::shared_ptr<const JobText> log, std::size_t room) {
        const auto* green = history_.since_green ? green_namesake(history_.since_green->green, *finding.job) : nullptr;
        if (green == nullptr) co_return;
        // Another log of the provider's may take too long to come.
        const auto& at_hand = history_.since_green->set_up.read_jobs;
        if (green->log_lines == 0 && std::find(at_hand.begin(), at_hand.end(), green->id) == at_hand.end()) co_return;
        auto text = co_await read_job_text(context_->provider, context_->pool, history_.since_green->green, *green,
                                           green_bytes);
        if (!text || text->lines == 0) co_return;
        auto work = [job = *finding.job, log, green_text = *std::move(text), nonce = nonce_, room] {
            return diagnose_job(job, *log, nonce, room, &green_text);
        };
        auto working = context_->pool.run(std::move(work));
        finding.diagnosis = co_await std::move(working);
    }

    RunDiagnosis compose() {
        const auto next = next_calls(run_, findings_);
        const std::int64_t look_again = builds::is_over(run_) ? 0 : 10;
        RunDiagnosis result;
        auto& structured = result.structured;
        structured["text"] = "";
        structured["verdict"] = verdict_of(findings_);
        boost::json::array failed_steps;
        for (auto& finding : findings_) {
            for (auto& step : finding.diagnosis.failed_steps) failed_steps.push_back(std::move(step));
        }
        structured["failed_steps"] = std::move(failed_steps);
        structured["causes"] = boost::json::array{};
        structured["omitted"] = nullptr;
        structured["run"] = card(run_);
        structured["jobs"] = jobs_of(findings_);
        structured["failed_tests"] = failed_tests_of(findings_);
        structured["victims"] = victims_json(victims_);
        structured["since_green"] = since_green_json(history_, shown_history_);
        structured["flaky"] = flaky_json(history_);
        structured["log_state"] = log_state(run_, all_jobs(run_));
        structured["look_again_in_s"] = look_again;
        structured["next"] = to_json(next);
        if (best_of(findings_) == nullptr)
            structured["why"] = findings_.empty() ? std::string{} : findings_.front().why;

        std::string ending = history_text(history_, shown_history_);
        if (look_again > 0) ending += fmt::format("Look again in {} s.\n", look_again);
        ending += to_text(next);

        const auto spent = text_.size() + ending.size() + size_of(boost::json::value(text_ + ending)) +
                           size_of(structured) + 2 * reserve;
        boost::json::array causes;
        left_out_ += take_causes(findings_, budget() - std::min(budget(), spent), causes);
        structured["causes"] = std::move(causes);

        if (left_out_ > 0 || unread_ > 0 || !unshown_.empty()) {
            const auto call = unread_ > 0 && unshown_.empty()
                                  ? call_for_the_unread(run_, *unread_of_)
                                  : call_for_the_rest(run_, findings_, unshown_.empty() ? nullptr : unshown_.front());
            boost::json::object omitted;
            omitted["lines"] = static_cast<std::int64_t>(left_out_) + unread_;
            if (unread_ > 0) omitted["unread"] = unread_;
            if (!unshown_.empty()) omitted["jobs"] = unshown_.size();
            omitted["next"] = call;
            structured["omitted"] = std::move(omitted);
            const auto unread = unread_ > 0 ? fmt::format(" and {} that were not looked at", unread_) : std::string{};
            text_ += unshown_.empty()
                         ? fmt::format("Left out: {} lines{}. More comes with {}\n", left_out_, unread, call)
                         : fmt::format("Left out: {} lines{} and {} failed jobs. They come with {}\n", left_out_,
                                       unread, unshown_.size(), call);
        }
        result.text = text_ + ending;
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
    std::size_t structured_size_ = 0;
    std::vector<Finding> findings_;
    std::vector<const Job*> victims_;
    std::vector<const Job*> unshown_;  ///< failed jobs that found no room
    std::size_t left_out_ = 0;
    std::int64_t unread_ = 0;  ///< lines of logs that were too long
    const Job* unread_of_ = nullptr;
};

}  // namespace

async::Task<Result<RunDiagnosis>> diagnose_run(std::shared_ptr<const Context> context, builds::Run run,
                                               DiagnosisWish wish) {
    Investigation investigation{std::move(context), run, std::move(wish)};
    co_return co_await investigation.carry_out();
}

}  // namespace flux::tools
