#include "tools/due_logs.hpp"

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "tools/log_choice.hpp"
#include "tools/run_json.hpp"

namespace flux::tools {

async::Task<Result<builds::Run>> fetch_due_logs(builds::Provider& provider, builds::Run run,
                                                std::optional<std::string> job, int attempt) {
    using std::chrono::steady_clock;
    constexpr std::size_t most = 8;
    constexpr std::chrono::seconds patience{5};
    std::vector<std::int64_t> due;
    if (const auto jobs = choose_jobs(run, job)) {
        for (const auto* each : *jobs) {
            const bool wanted = job || has_failed(each->conclusion);
            if (wanted && each->log_due && due.size() < most) due.push_back(each->id);
        }
    }
    if (due.empty()) co_return run;
    const auto end = steady_clock::now() + patience;
    for (const auto id : due) {
        if (steady_clock::now() > end) break;
        builds::LogQuery query;
        query.run = run.id;
        query.attempt = run.attempt;
        query.job = id;
        query.max_lines = 1;
        static_cast<void>(co_await provider.read_log(query));
    }
    co_return co_await provider.find(run.id, attempt);
}

}  // namespace flux::tools
