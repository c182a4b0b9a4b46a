#include "providers/github/archived_logs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "logs/archive.hpp"
#include "logs/visible_text.hpp"
#include "providers/github/signed_address.hpp"

namespace flux::providers::github {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::size_t largest_archive = std::size_t{64} << 20U;
constexpr seconds download_limit{120};

/// Every log is read twice: whether it can be, and then into the store.
constexpr logs::ArchiveLimits limits{
    .packed = largest_archive, .unpacked = std::uint64_t{1} << 30U, .at_once = std::uint64_t{16} << 20U};

auto no_archive(std::string_view why) { return fail(Errc::not_found, std::string{why}, "log_not_archived"); }

std::size_t utf16_units(char lead) { return static_cast<unsigned char>(lead) >= 0xF0 ? 2 : 1; }

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

std::string name_in_archive(std::string_view job) {
    constexpr std::size_t longest = 90;
    std::string name;
    std::size_t units = 0;
    bool fits = true;
    for (const char byte : to_utf8(job)) {
        if (byte == '/' || byte == ':') continue;
        if (!is_continuation(byte)) {
            units += utf16_units(byte);
            fits = units <= longest;
        }
        if (fits) name += byte;
    }
    return std::string{trimmed(name)};
}

/// libzip keeps a place in it, so that only one at a time reads.
struct ArchivedLogs::Archive {
    explicit Archive(logs::LogArchive opened) : files{std::move(opened)} {}

    std::mutex mutex;
    logs::LogArchive files;

    Result<bool> copy(const std::string& job, logs::JobLogAppender& log) {
        const std::scoped_lock lock{mutex};
        const auto members = files.of_job(job);
        if (members.empty()) return no_archive("The archive of the run's logs has no log of this job.");
        // A log that was begun could not be taken back.
        for (const auto& member : members) {
            if (auto read = files.read(member, [](std::string_view) {}); !read) return fail(std::move(read.error()));
        }
        Result<void> written;
        for (const auto& member : members) {
            auto read = files.read(member, [&](std::string_view piece) {
                if (written) written = log.append(piece);
            });
            if (!read) return fail(std::move(read.error()));
            if (!written) return fail(std::move(written.error()));
        }
        return true;
    }
};

ArchivedLogs::ArchivedLogs(const GithubOptions& options, ApiClient& api, net::HttpClient& downloads,
                           async::BlockingPool& pool)
    : options_{options}, api_{api}, downloads_{downloads}, pool_{pool} {}

async::Task<Result<bool>> ArchivedLogs::append(const builds::Run& run, const builds::Job& job,
                                               std::shared_ptr<logs::JobLogAppender> log) {
    const auto name = name_in_archive(job.name);
    const auto is_called_so = [&](const builds::Job& other) { return name_in_archive(other.name) == name; };
    if (std::ranges::count_if(run.jobs, is_called_so) != 1) {
        co_return no_archive("The archive of the run's logs has several jobs of this name.");
    }
    const Key key{run.id, run.attempt};
    auto archive = co_await open(key);
    if (!archive) co_return fail(std::move(archive.error()));
    auto work = [archive = *std::move(archive), log = std::move(log),
                 called = logs::visible_text(name, logs::Escapes::none)] { return archive->copy(called, *log); };
    auto working = pool_.run(std::move(work));
    co_return co_await std::move(working);
}

async::Task<Result<std::shared_ptr<ArchivedLogs::Archive>>> ArchivedLogs::open(Key key) {
    std::shared_ptr<Coming> coming;
    bool first = false;
    {
        const std::scoped_lock lock{mutex_};
        std::erase_if(coming_, [](const auto& entry) { return entry.second.expired(); });
        auto& place = coming_[key];
        coming = place.lock();
        first = !coming;
        if (first) {
            coming = std::make_shared<Coming>();
            place = coming;
        }
    }
    if (!first) co_return co_await coming->wait(steady_clock::now() + download_limit);
    AnswerPromise<std::shared_ptr<Archive>> promise{coming};
    auto archive = co_await download(key);
    promise.set(archive);
    co_return archive;
}

async::Task<Result<std::shared_ptr<ArchivedLogs::Archive>>> ArchivedLogs::download(Key key) {
    const auto path = fmt::format("/actions/runs/{}/attempts/{}/logs", key.first, key.second);
    auto reply = co_await api_.locate(api_.of_repository(path));
    if (!reply) co_return fail(std::move(reply.error()));
    if (reply->status == 404 || reply->status == 410) co_return no_archive("GitHub has no archive of the run's logs.");
    const auto location = reply->field("location");
    if (!location || reply->status < 300 || reply->status >= 400) {
        co_return fail(api_.error_of(*reply, fmt::format("find the logs of run {}", key.first)));
    }
    auto request = request_for_signed(*location, options_);
    if (!request) co_return fail(std::move(request.error()));
    request->body_limit = largest_archive;
    request->total_limit = download_limit;
    auto body = co_await downloads_.send(*std::move(request));
    if (!body) co_return fail(std::move(body.error()));
    if (body->status == 404) co_return no_archive("GitHub has no archive of the run's logs.");
    if (body->status != 200) {
        co_return fail(Errc::upstream_failed, fmt::format("The host of GitHub's logs answered {}.", body->status),
                       "log_unreadable");
    }
    auto work = [bytes = std::move(body->body)]() mutable -> Result<std::shared_ptr<Archive>> {
        auto files = logs::LogArchive::open(std::move(bytes), limits);
        if (!files) return fail(std::move(files.error()));
        return std::make_shared<Archive>(*std::move(files));
    };
    auto working = pool_.run(std::move(work));
    co_return co_await std::move(working);
}

}  // namespace flux::providers::github
