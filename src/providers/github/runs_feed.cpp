#include "providers/github/runs_feed.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "async/timer.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/run_mapping.hpp"

namespace flux::providers::github {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes hooks_trusted_for{10};

}  // namespace

std::string fingerprint(const boost::json::array& runs) {
    std::string text;
    for (const auto& item : runs) {
        const auto run = run_from(as_object(item));
        text += fmt::format("{} {} {} {}\n", run.id, run.attempt, builds::name_of(run.status),
                            run.conclusion ? builds::name_of(*run.conclusion) : "");
    }
    return text;
}

std::shared_ptr<async::Changes> RunsFeed::follow() {
    std::shared_ptr<std::shared_ptr<async::Changes>> followers;
    bool begins = false;
    {
        const std::scoped_lock lock{mutex_};
        followers = followers_.lock();
        if (!followers) {
            followers = std::make_shared<std::shared_ptr<async::Changes>>(changes_);
            followers_ = followers;
        }
        begins = !polling_;
        polling_ = true;
    }
    if (begins) background_.start(poll());
    return {followers, followers->get()};
}

void RunsFeed::hooked() {
    {
        const std::scoped_lock lock{mutex_};
        hooked_at_ = clock_.steady_now();
    }
    changes_->bump();
}

bool RunsFeed::goes_on() {
    const std::scoped_lock lock{mutex_};
    polling_ = !followers_.expired();
    return polling_;
}

async::Task<Result<boost::json::array>> RunsFeed::newest() {
    // The address that a listing of the newest runs asks for, so that both share an answer and its ETag.
    auto tree = co_await api_.get_json(
        api_.of_repository("/actions/runs?exclude_pull_requests=true&per_page=20&page=1"), "list the runs");
    if (!tree) co_return fail(std::move(tree.error()));
    co_return list_in(*tree, "workflow_runs");
}

milliseconds RunsFeed::heed(const Result<boost::json::array>& runs, milliseconds waited) {
    if (!runs) return std::max(options_.longest_interval, runs.error().retry_after.value_or(milliseconds{0}));
    auto print = fingerprint(*runs);
    bool moved = false;
    bool hooks_work = false;
    {
        const std::scoped_lock lock{mutex_};
        // The first look counts too: something may have moved since the follower's own.
        moved = print != print_;
        print_ = std::move(print);
        hooks_work = hooked_at_ && clock_.steady_now() - *hooked_at_ < hooks_trusted_for;
    }
    if (moved) changes_->bump();
    if (hooks_work) return options_.interval_with_webhooks;
    return moved ? options_.first_interval : std::min(waited * 2, options_.longest_interval);
}

async::Task<> RunsFeed::poll() {
    auto wait = options_.first_interval;
    while (goes_on()) {
        const auto runs = co_await newest();
        wait = heed(runs, wait);
        co_await async::sleep_for(wait);
    }
}

}  // namespace flux::providers::github
