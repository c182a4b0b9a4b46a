#include "page/log_download.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"
#include "logs/visible_text.hpp"
#include "page/answer.hpp"
#include "page/request_knock.hpp"
#include "transport/http_reply.hpp"
#include "transport/target.hpp"

namespace flux::page {

namespace {

using transport::HttpRequest;
using transport::HttpResponse;

constexpr std::string_view prefix = "/api/runs/";
constexpr std::int64_t largest_number = (std::int64_t{1} << 53) - 1;
constexpr std::int64_t default_count = 20'000;
constexpr std::int64_t largest_count = 100'000;
/// Of one piece: what a connection holds for a peer that reads slowly.
constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t piece_lines = 5'000;

enum class Form { file, lines };

/// Which log is asked for, and in what form.
struct Wanted {
    builds::RunId run = 0;
    std::int64_t job = 0;
    int attempt = 0;
    Form form = Form::file;
    std::int64_t first_line = 1;
    std::int64_t last_line = std::numeric_limits<std::int64_t>::max();
};

Result<std::int64_t> number_in(const std::optional<std::string>& text, std::string_view name, std::int64_t least,
                               std::int64_t most, std::int64_t otherwise) {
    if (!text) return otherwise;
    const auto number = to_integer(*text);
    if (!number || *number < least || *number > most) {
        return fail(Errc::invalid_argument, fmt::format("`{}` has to be a number from {} to {}.", name, least, most));
    }
    return *number;
}

Result<Wanted> read_wanted(const HttpRequest& request) {
    const auto parts = split(std::string_view{request.path}.substr(prefix.size()), '/');
    const auto run = to_integer(parts[0]);
    const auto job = to_integer(parts[2]);
    if (!run || !job || *run < 1 || *job < 1 || *run > largest_number || *job > largest_number) {
        return fail(Errc::not_found, "There is no such log: runs and jobs are named by their numbers.", "no_such_path");
    }
    Wanted wanted{*run, *job};
    wanted.form = parts[3] == "lines" ? Form::lines : Form::file;
    const auto attempt =
        number_in(transport::query_value(request.query, "attempt"), "attempt", 0, std::numeric_limits<int>::max(), 0);
    if (!attempt) return fail(attempt.error());
    wanted.attempt = static_cast<int>(*attempt);
    if (wanted.form == Form::file) return wanted;

    const auto first = number_in(transport::query_value(request.query, "first"), "first", 1, largest_number, 1);
    if (!first) return fail(first.error());
    const auto count =
        number_in(transport::query_value(request.query, "count"), "count", 1, largest_count, default_count);
    if (!count) return fail(count.error());
    wanted.first_line = *first;
    wanted.last_line = *first + *count - 1;
    return wanted;
}

std::string_view name_of(logs::Level level) {
    switch (level) {
    case logs::Level::debug: return "debug";
    case logs::Level::plain: return "plain";
    case logs::Level::notice: return "notice";
    case logs::Level::warning: return "warning";
    case logs::Level::error: return "error";
    }
    return "plain";
}

void append_file_line(std::string& out, const logs::Line& line) {
    if (line.time != WallTime{}) {
        out += log_stamp(line.time);
        out += ' ';
    }
    out += logs::visible_text(line.text, logs::Escapes::none);
    out += '\n';
}

void append_json_line(std::string& out, const logs::Line& line) {
    json::Writer writer{out};
    writer.array().integer(line.number);
    if (line.time == WallTime{}) {
        writer.null();
    } else {
        writer.integer(std::chrono::duration_cast<std::chrono::milliseconds>(line.time.time_since_epoch()).count());
    }
    writer.string(name_of(line.level)).integer(line.step);
    writer.string(logs::visible_text(line.text, logs::Escapes::colours)).end_array();
    out += '\n';
}

std::string text_of(const builds::LogPage& page, Form form) {
    std::string out;
    for (const auto& line : page.lines) {
        if (form == Form::file) {
            append_file_line(out, line);
        } else {
            append_json_line(out, line);
        }
    }
    return out;
}

/// Reads page after page, each when the one before has been sent.
class LogBody final : public transport::BodySource {
public:
    LogBody(builds::Provider& provider, async::BlockingPool& pool, const Wanted& wanted)
        : provider_{provider}, pool_{pool}, wanted_{wanted}, next_line_{wanted.first_line} {}

    /// Reads the first page: whether there is such a log shows before anything is answered.
    async::Task<Result<void>> begin() {
        auto page = co_await read();
        if (!page) co_return fail(std::move(page.error()));
        // A file ends where the log ended when it was asked for, so that a job that writes on can't keep it open.
        wanted_.last_line = std::min(wanted_.last_line, page->total_lines);
        if (wanted_.form == Form::lines) {
            json::Writer{head_}
                .object()
                .key("total_lines")
                .integer(page->total_lines)
                .key("complete")
                .boolean(page->complete)
                .end_object();
            head_ += '\n';
        }
        first_ = *std::move(page);
        co_return Result<void>{};
    }

    async::Task<Result<std::string>> next() override {
        if (!first_ && next_line_ > wanted_.last_line) co_return std::string{};
        auto page = std::exchange(first_, std::nullopt);
        if (!page) {
            auto read_now = co_await read();
            if (!read_now) co_return fail(std::move(read_now.error()));
            page = *std::move(read_now);
        }
        // No line where there has to be one: the log was taken away.
        const bool is_empty = page->lines.empty();
        if (is_empty && next_line_ <= wanted_.last_line) {
            co_return fail(Errc::not_found, "The log ended before its end.");
        }
        if (!is_empty) next_line_ = page->lines.back().number + 1;
        auto work = [page = *std::move(page), form = wanted_.form, head = std::exchange(head_, {})] {
            return head + text_of(page, form);
        };
        auto made = pool_.run(std::move(work));
        co_return co_await std::move(made);
    }

private:
    async::Task<Result<builds::LogPage>> read() {
        builds::LogQuery query;
        query.run = wanted_.run;
        query.attempt = wanted_.attempt;
        query.job = wanted_.job;
        query.first_line = next_line_;
        query.last_line = wanted_.last_line;
        query.max_lines = piece_lines;
        query.max_bytes = piece_bytes;
        query.keep_colours = wanted_.form == Form::lines;
        auto reading = provider_.read_log(std::move(query));
        co_return co_await std::move(reading);
    }

    builds::Provider& provider_;
    async::BlockingPool& pool_;
    Wanted wanted_;
    std::int64_t next_line_;
    std::string head_;
    std::optional<builds::LogPage> first_;
};

HttpResponse limited(const admission::TurnRefused& refused) {
    auto response =
        refusal(Error{Errc::rate_limited, "Too many requests. Try again later.", "rate_limited", refused.retry_after});
    std::erase_if(response.fields, [](const auto& field) { return field.first == "Retry-After"; });
    for (auto& field : transport::limit_fields(refused)) response.fields.push_back(std::move(field));
    return response;
}

}  // namespace

bool LogDownload::is_meant(std::string_view path) {
    if (!path.starts_with(prefix)) return false;
    const auto parts = split(path.substr(prefix.size()), '/');
    return parts.size() == 4 && parts[1] == "jobs" && (parts[3] == "log" || parts[3] == "lines");
}

async::Task<HttpResponse> LogDownload::answer(HttpRequest request) {
    if (request.method != "GET" && request.method != "HEAD") co_return transport::reply_not_allowed("GET, HEAD");
    const RequestKnock knock{request};
    const auto visitor = door_.admit_reader(knock.get());
    if (!visitor) co_return refusal(visitor.error());
    if (const auto taken = visitor->turns->take(); !taken) co_return limited(taken.error());
    const auto wanted = read_wanted(request);
    if (!wanted) co_return refusal(wanted.error());

    auto body = std::make_shared<LogBody>(provider_, pool_, *wanted);
    const auto begun = co_await body->begin();
    if (!begun) co_return refusal(begun.error());
    HttpResponse response;
    response.to_known_visitor = true;
    response.fields.emplace_back("Cache-Control", "no-store");
    if (wanted->form == Form::lines) {
        response.content_type = "application/x-ndjson";
    } else {
        response.content_type = "text/plain; charset=utf-8";
        const auto attempt = wanted->attempt > 0 ? fmt::format("-attempt-{}", wanted->attempt) : "";
        response.fields.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"run-{}-job-{}{}.log\"",
                                                                        wanted->run, wanted->job, attempt));
    }
    response.source = std::move(body);
    co_return response;
}

}  // namespace flux::page
