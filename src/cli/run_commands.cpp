#include "cli/run_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/caller.hpp"
#include "async/task_group.hpp"
#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "cli/run_view.hpp"
#include "cli/terminal.hpp"
#include "logs/log_cursor.hpp"
#include "logs/visible_text.hpp"

namespace flux::cli {

namespace {

using boost::json::object;
using boost::json::value;

constexpr int most_lines = 10'000;
constexpr int most_tokens = 20'000;

/// What a command knows about itself when a signal ends it.
struct Progress {
    Result<int> result = success;
    std::int64_t run = 0;
    bool over = false;
    bool owns_the_engine = false;
};

void say(std::string_view sentence) {
    const auto text = logs::visible_text(sentence, logs::Escapes::none);
    std::fprintf(stderr, "flux-mcp: %s\n", text.c_str());
}

int code_for(std::string_view error) {
    constexpr std::array no_right{"unauthenticated",
                                  "forbidden",
                                  "branch_not_allowed",
                                  "workflow_not_allowed",
                                  "permission_missing",
                                  "github_credentials_missing",
                                  "github_credentials_refused",
                                  "unavailable_for_legal_reasons"};
    constexpr std::array no_way{"unavailable",         "timed_out", "rate_limited", "draining",
                                "records_unavailable", "not_sent",  "answer_lost"};
    // GitHub is down, limits us or talks nonsense. What it refuses for what was asked is a mistake of usage.
    if (error.starts_with("upstream_") && error != "upstream_refused") return unreachable;
    if (std::find(no_right.begin(), no_right.end(), error) != no_right.end()) return not_authorized;
    if (std::find(no_way.begin(), no_way.end(), error) != no_way.end()) return unreachable;
    return usage;
}

int report(const Error& error) {
    // The report of mistakes in the settings has its own form and many lines.
    if (error.message.find('\n') != std::string::npos) {
        std::fputs(error.message.c_str(), stderr);
    } else {
        say(error.message);
    }
    return code_for(error.reason.empty() ? name_of(error.code) : error.reason);
}

/// What a tool answered, if it worked; its failure as an error otherwise.
Result<object> worked(Result<app::ToolAnswer> answer) {
    if (!answer) return fail(std::move(answer.error()));
    if (!answer->is_error) return std::move(answer->structured);
    const auto* error = answer->structured.if_contains("error");
    const auto text_of = [error](std::string_view name) -> std::optional<std::string> {
        const auto* member = error != nullptr && error->is_object() ? error->as_object().if_contains(name) : nullptr;
        if (member == nullptr || !member->is_string()) return std::nullopt;
        return std::string{std::string_view{member->as_string()}};
    };
    return fail(Errc::invalid_argument, text_of("message").value_or(answer->text), text_of("code").value_or(""));
}

std::string_view text_at(const object& from, std::string_view outer, std::string_view inner) {
    const auto* nested = from.if_contains(outer);
    const auto* found = nested != nullptr && nested->is_object() ? nested->as_object().if_contains(inner) : nullptr;
    if (found == nullptr || !found->is_string()) return {};
    return found->as_string();
}

bool is_true(const object& from, std::string_view name) {
    const auto* member = from.if_contains(name);
    return member != nullptr && *member == value(true);
}

int code_of_run(const object& status) {
    const auto conclusion = text_at(status, "run", "conclusion");
    if (conclusion == "cancelled") return cancelled;
    const bool good =
        conclusion.empty() || conclusion == "success" || conclusion == "neutral" || conclusion == "skipped";
    return good ? success : run_failed;
}

/// The run's status; with `until`, after waiting for that.
async::Task<Result<object>> ask_status(app::Caller& caller, std::int64_t run, std::string until) {
    object arguments;
    arguments["run_id"] = run;
    arguments["steps"] = true;
    if (!until.empty()) {
        arguments["wait_s"] = 10;
        arguments["until"] = until;
    }
    auto answer = co_await caller.call("builds.status", std::move(arguments));
    co_return worked(std::move(answer));
}

struct Following {
    std::int64_t run = 0;
    std::optional<std::string> job;
    std::optional<std::string> step;
    bool to_the_end = false;
};

/// Shows a run's log from its first line, and with `to_the_end` what follows until the run is over; then how it ended.
async::Task<Result<int>> follow(app::Caller& caller, Following wanted, Terminal& terminal, RunView& view,
                                std::shared_ptr<Progress> progress) {
    auto cursor = logs::LogCursor{wanted.run, 0, {}}.encode();
    while (!terminal.is_closed()) {
        object arguments;
        arguments["run_id"] = wanted.run;
        arguments["cursor"] = cursor;
        arguments["lines"] = most_lines;
        arguments["max_tokens"] = most_tokens;
        if (wanted.job) arguments["job"] = *wanted.job;
        if (wanted.step) arguments["step"] = *wanted.step;
        if (wanted.to_the_end) arguments["wait_s"] = terminal.is_interactive() ? 1 : 20;
        auto answered = co_await caller.call("builds.tailLogs", std::move(arguments));
        const auto tail = worked(std::move(answered));
        if (!tail) co_return fail(tail.error());
        terminal.print(view.lines(*tail));
        if (const auto* next = tail->if_contains("cursor"); next != nullptr && next->is_string()) {
            cursor = std::string_view{next->as_string()};
        }
        if (is_true(*tail, "more")) continue;
        const bool done = is_true(*tail, "done");
        auto status = co_await ask_status(caller, wanted.run, done ? "reachable" : "");
        if (!status) co_return fail(status.error());
        if (!wanted.step && !wanted.job) terminal.print(view.ended_steps(*status));
        if (done || !wanted.to_the_end) {
            progress->over = done;
            terminal.show_now({});
            terminal.print(view.ending(*status));
            co_return code_of_run(*status);
        }
        terminal.show_now(view.now(*status));
    }
    co_return interrupted;
}

async::Task<Result<std::unique_ptr<app::Caller>>> connect(app::SettingsRead read, std::string owner,
                                                          std::shared_ptr<Progress> progress) {
    auto caller = co_await app::Caller::open(std::move(read), std::move(owner));
    if (caller) progress->owns_the_engine = (*caller)->owns_the_engine();
    co_return caller;
}

async::Task<Result<int>> preview(const Command& command, app::SettingsRead read, std::shared_ptr<Progress> progress) {
    auto caller = co_await connect(std::move(read), "flux-mcp preview", progress);
    if (!caller) co_return fail(caller.error());
    object arguments;
    arguments["branch"] = command.branch;
    if (!command.workflow.empty()) arguments["workflow"] = command.workflow;
    if (command.fresh) arguments["fresh"] = true;
    if (!command.inputs.empty()) {
        object payload;
        for (const auto& [name, text] : command.inputs) payload[name] = text;
        arguments["payload"] = std::move(payload);
    }
    auto answered = co_await (*caller)->call("builds.createPreview", std::move(arguments));
    const auto created = worked(std::move(answered));
    if (!created) co_return fail(created.error());
    const auto* id = created->if_contains("run_id");
    if (id == nullptr || !id->is_int64()) co_return fail(Errc::unavailable, "The server named no run.");
    progress->run = id->as_int64();

    Terminal terminal;
    RunView view{terminal.has_colours()};
    terminal.print(view.headline(*created));
    // Without a server the run would end with this process, so it is always followed.
    if (command.follow || (*caller)->owns_the_engine()) {
        Following wanted;
        wanted.run = progress->run;
        wanted.to_the_end = true;
        co_return co_await follow(**caller, std::move(wanted), terminal, view, progress);
    }
    auto status = co_await ask_status(**caller, progress->run, "");
    if (!status) co_return fail(status.error());
    terminal.print(fmt::format("Follow it: flux-mcp logs {} --follow\n", progress->run));
    terminal.print(
        fmt::format("Preview: {} {}\n", text_at(*status, "preview", "state"), text_at(*status, "preview", "url")));
    co_return success;
}

std::optional<std::int64_t> run_in(std::string_view text) {
    if (const auto at = text.find("/runs/"); at != std::string_view::npos) {
        text.remove_prefix(at + std::string_view{"/runs/"}.size());
        text = text.substr(0, text.find_first_not_of("0123456789"));
    }
    if (text.starts_with('#')) text.remove_prefix(1);
    const auto number = to_integer(text);
    return number && *number > 0 ? number : std::nullopt;
}

Error no_run_in(const std::string& text) {
    return {Errc::invalid_argument, fmt::format("\"{}\" is neither the number nor the URL of a run.", text), {}, {}};
}

async::Task<Result<int>> logs_of(const Command& command, app::SettingsRead read, std::shared_ptr<Progress> progress) {
    const auto run = run_in(command.run);
    if (!run) co_return fail(no_run_in(command.run));
    auto caller = co_await connect(std::move(read), "flux-mcp logs", progress);
    if (!caller) co_return fail(caller.error());
    progress->run = *run;
    Terminal terminal;
    RunView view{terminal.has_colours()};
    Following wanted{*run, command.job, command.step, command.follow};
    co_return co_await follow(**caller, std::move(wanted), terminal, view, progress);
}

/// Why a run failed, as builds.diagnose answers.
async::Task<Result<int>> diagnosis_of(const Command& command, app::SettingsRead read,
                                      std::shared_ptr<Progress> progress) {
    const auto run = run_in(command.run);
    if (!run) co_return fail(no_run_in(command.run));
    auto caller = co_await connect(std::move(read), "flux-mcp diagnose", progress);
    if (!caller) co_return fail(caller.error());
    object arguments;
    arguments["run_id"] = *run;
    if (command.job) arguments["job"] = *command.job;
    if (command.max_tokens) arguments["max_tokens"] = *command.max_tokens;
    auto answered = co_await (*caller)->call("builds.diagnose", std::move(arguments));
    const auto diagnosis = worked(std::move(answered));
    if (!diagnosis) co_return fail(diagnosis.error());
    Terminal terminal;
    if (command.json) {
        terminal.print(boost::json::serialize(*diagnosis) + "\n");
    } else if (const auto* text = diagnosis->if_contains("text"); text != nullptr && text->is_string()) {
        terminal.print(std::string{std::string_view{text->as_string()}} + "\n");
    }
    co_return code_of_run(*diagnosis);
}

async::Task<> keep_result(async::Task<Result<int>> work, std::shared_ptr<Progress> progress) {
    progress->result = co_await std::move(work);
}

/// Runs a command's task until it ends or a signal ends it.
int run_to_end(async::Task<Result<int>> work, std::shared_ptr<Progress> progress, asio::io_context& context) {
    std::exception_ptr thrown;
    async::TaskGroup tasks{context.get_executor(), [&thrown](std::exception_ptr caught) { thrown = caught; }};
    asio::basic_signal_set<async::Executor> signals{context.get_executor(), SIGINT, SIGTERM};
    bool stopped = false;
    signals.async_wait([&](const boost::system::error_code& error, int) {
        if (error) return;
        stopped = true;
        tasks.cancel();
    });
    tasks.start(keep_result(std::move(work), progress), [&context] { context.stop(); });
    context.run();
    if (stopped) {
        if (progress->run > 0 && !progress->over) {
            say(progress->owns_the_engine
                    ? fmt::format("run {} ends with this process, since no server runs.", progress->run)
                    : fmt::format("run {0} goes on. To follow it again: flux-mcp logs {0} --follow", progress->run));
        }
        return interrupted;
    }
    if (thrown) std::rethrow_exception(thrown);
    if (!progress->result) return report(progress->result.error());
    return *progress->result;
}

}  // namespace

int run_preview(const Command& command, app::SettingsRead read) {
    asio::io_context context{1};
    const auto progress = std::make_shared<Progress>();
    return run_to_end(preview(command, std::move(read), progress), progress, context);
}

int run_logs(const Command& command, app::SettingsRead read) {
    asio::io_context context{1};
    const auto progress = std::make_shared<Progress>();
    return run_to_end(logs_of(command, std::move(read), progress), progress, context);
}

int run_diagnose(const Command& command, app::SettingsRead read) {
    asio::io_context context{1};
    const auto progress = std::make_shared<Progress>();
    return run_to_end(diagnosis_of(command, std::move(read), progress), progress, context);
}

}  // namespace flux::cli
