#include "tools/failed_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <utility>

#include "base/text.hpp"
#include "logs/diagnosis.hpp"
#include "logs/matcher.hpp"
#include "tools/answer_size.hpp"
#include "tools/log_text.hpp"

namespace flux::tools {

namespace {

using builds::Job;

const FailedJobs* most_certain(const FailureGroups& groups) {
    const FailedJobs* best = nullptr;
    for (const auto& group : groups) {
        if (!group.why.empty()) continue;
        if (best == nullptr || group.diagnosis.confidence > best->diagnosis.confidence) best = &group;
    }
    return best;
}

/// Shortens what stands around a cause until it fits: the cause itself says more. Its size then; 0 where it never fits.
std::size_t fit(boost::json::object& cause, std::size_t room) {
    constexpr std::size_t shortest = 16;
    auto size = size_of(cause) + 1;
    while (size > room) {
        const std::string excerpt{cause["excerpt"].as_string()};
        const auto spent = size_in_json(excerpt);
        if (excerpt.size() <= shortest || size - spent >= room) return 0;
        // Escapes may stand anywhere in it, so that one look isn't enough.
        const auto wanted = std::min(excerpt.size() - 1, excerpt.size() * (room - (size - spent)) / spent);
        cause["excerpt"] = shortened(excerpt, std::max(wanted, shortest));
        size = size_of(cause) + 1;
    }
    return size;
}

std::size_t lines_in(const boost::json::object& cause) {
    const auto& excerpt = cause.at("excerpt").as_string();
    return static_cast<std::size_t>(std::count(excerpt.begin(), excerpt.end(), '\n')) + 1;
}

}  // namespace

void add(FailureGroups& groups, const Job& job, std::string why, JobDiagnosis diagnosis) {
    auto group = groups.end();
    if (why.empty() && !diagnosis.likeness.empty()) {
        group = std::find_if(groups.begin(), groups.end(),
                             [&](const FailedJobs& other) { return other.diagnosis.likeness == diagnosis.likeness; });
    }
    if (group == groups.end()) {
        auto steps = std::move(diagnosis.failed_steps);
        groups.push_back({{&job}, std::move(why), std::move(diagnosis), std::move(steps)});
        return;
    }
    group->jobs.push_back(&job);
    for (auto& step : diagnosis.failed_steps) group->failed_steps.push_back(std::move(step));
    auto& tests = group->diagnosis.failed_tests;
    tests.insert(tests.end(), diagnosis.failed_tests.begin(), diagnosis.failed_tests.end());
}

std::string names_within(std::size_t room, const std::vector<const Job*>& jobs) {
    std::string text;
    std::size_t named = 0;
    for (const auto* job : jobs) {
        auto name = fmt::format("{}\"{}\"", named == 0 ? "" : ", ", clean_name(job->name));
        if (named > 0 && size_in_json(text) + size_in_json(name) > room) break;
        text += name;
        ++named;
    }
    if (jobs.size() > named) text += fmt::format(" and {} more", jobs.size() - named);
    return text;
}

std::string heading_of(const FailedJobs& group, std::size_t names) {
    const auto& first = *group.jobs.front();
    if (group.jobs.size() == 1) return fmt::format("\nJob \"{}\" (id {}):\n", clean_name(first.name), first.id);
    return fmt::format("\n{} jobs failed of the same: {}. Of the first (id {}):\n", group.jobs.size(),
                       names_within(names, group.jobs), first.id);
}

JobDiagnosis::Written text_of(const FailedJobs& group, std::size_t room) {
    if (!group.why.empty()) return {group.why + "\n", 0};
    const auto& texts = group.diagnosis.texts;
    if (texts.empty()) return {};
    const auto note = group.diagnosis.note.empty() ? std::string{} : group.diagnosis.note + "\n";
    const auto left = room_left(room, size_in_json(note));
    const auto fits =
        std::find_if(texts.begin(), texts.end(), [&](const auto& each) { return size_in_json(each.text) <= left; });
    const auto& chosen = fits == texts.end() ? texts.back() : *fits;
    return {note + chosen.text, chosen.lines_left_out};
}

std::string first_cause_of(const FailedJobs& group, std::size_t longest) {
    const auto& first = *group.jobs.front();
    auto line = fmt::format("- \"{}\"", shortened(clean_name(first.name), 80));
    if (group.jobs.size() > 1) line += fmt::format(" and {} more", group.jobs.size() - 1);
    line += fmt::format(" (id {}): ", first.id);
    if (!group.why.empty()) return line + shortened(group.why, longest) + "\n";
    const auto& diagnosis = group.diagnosis;
    if (diagnosis.causes.empty()) return line + shortened(diagnosis.summary, longest) + "\n";
    const auto& cause = diagnosis.causes.front().as_object();
    if (cause.at("file").is_string()) {
        line += shortened(std::string_view{cause.at("file").as_string()}, 80);
        if (cause.at("line").is_int64()) line += fmt::format(":{}", cause.at("line").as_int64());
        line += ": ";
    }
    return line + shortened(std::string_view{cause.at("message").as_string()}, longest) + "\n";
}

boost::json::array groups_json(const FailureGroups& groups, std::size_t count, std::size_t names) {
    boost::json::array jobs;
    for (std::size_t i = 0; i < count; ++i) {
        const auto& group = groups[i];
        const auto& job = *group.jobs.front();
        boost::json::object entry;
        entry["id"] = job.id;
        entry["name"] = clean_name(job.name);
        entry["conclusion"] = job.conclusion ? builds::name_of(*job.conclusion) : "";
        if (group.why.empty()) {
            entry["class"] = logs::name_of(group.diagnosis.kind);
            entry["confidence"] = group.diagnosis.confidence;
        } else {
            entry["why"] = group.why;
        }
        if (group.jobs.size() > 1) {
            boost::json::array same;
            std::size_t spent = 0;
            for (const auto* other : group.jobs) {
                if (other == &job) continue;
                auto name = clean_name(other->name);
                spent += size_in_json(name) + 3;
                if (spent > names) break;
                same.emplace_back(std::move(name));
            }
            entry["same"] = std::move(same);
            entry["same_total"] = group.jobs.size() - 1;
        }
        jobs.push_back(std::move(entry));
    }
    return jobs;
}

boost::json::value verdict_of(const FailureGroups& groups) {
    const auto* best = most_certain(groups);
    if (best == nullptr) return nullptr;
    boost::json::object verdict;
    verdict["class"] = logs::name_of(best->diagnosis.kind);
    verdict["confidence"] = best->diagnosis.confidence;
    verdict["summary"] = best->diagnosis.summary;
    return verdict;
}

boost::json::array failed_tests_of(const FailureGroups& groups, std::size_t room) {
    boost::json::array tests;
    for (const auto& group : groups) {
        for (const auto& test : group.diagnosis.failed_tests) {
            boost::json::value name(clean_name(test));
            const auto size = size_of(name) + 1;
            if (tests.size() >= logs::most_tests_listed || size > room) return tests;
            if (std::find(tests.begin(), tests.end(), name) != tests.end()) continue;
            room -= size;
            tests.push_back(std::move(name));
        }
    }
    return tests;
}

boost::json::array failed_steps_of(const FailureGroups& groups, std::size_t room) {
    boost::json::array steps;
    const auto take = [&](const boost::json::value& step) {
        const auto size = size_of(step) + 1;
        const bool fits = steps.empty() || size <= room;
        if (fits) steps.push_back(step);
        room = fits ? room_left(room, size) : 0;
    };
    for (const auto& group : groups) {
        if (!group.failed_steps.empty()) take(group.failed_steps.front());
    }
    for (const auto& group : groups) {
        for (std::size_t i = 1; i < group.failed_steps.size() && room > 0; ++i) take(group.failed_steps[i]);
    }
    return steps;
}

boost::json::array take_causes(FailureGroups& groups, std::size_t count, std::size_t room, std::size_t& left_out) {
    struct Place {
        bool first;  ///< of its group
        int weight;
        boost::json::object* cause;
    };
    std::vector<Place> places;
    std::size_t firsts = 0;
    for (std::size_t g = 0; g < count; ++g) {
        auto& diagnosis = groups[g].diagnosis;
        for (std::size_t i = 0; i < diagnosis.causes.size(); ++i) {
            auto& cause = diagnosis.causes[i].as_object();
            if (i == 0 && groups[g].jobs.size() > 1) cause["jobs"] = groups[g].jobs.size();
            places.push_back({i == 0, diagnosis.weights[i], &cause});
            firsts += i == 0 ? 1 : 0;
        }
    }
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
        return std::pair{a.first, a.weight} > std::pair{b.first, b.weight};
    });

    boost::json::array causes;
    for (auto& [first, weight, cause] : places) {
        const auto lines = lines_in(*cause);
        // What stands around the first of a group may not take the room of another group's.
        const auto share = first ? room / std::max<std::size_t>(firsts--, 1) : room;
        const auto size = fit(*cause, share);
        if (size == 0) {
            left_out += lines;
            continue;
        }
        room -= size;
        causes.push_back(std::move(*cause));
    }
    return causes;
}

}  // namespace flux::tools
