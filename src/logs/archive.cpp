#include "logs/archive.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "logs/inflater.hpp"
#include "logs/visible_text.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t piece_bytes = std::size_t{64} * 1024;

struct CloseArchive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
    void operator()(zip_file_t* member) const { zip_fclose(member); }
};

auto damaged() {
    return fail(Errc::upstream_failed, "The archive of logs is damaged: ask for it again.", "archive_damaged");
}

auto too_large(std::string_view what) {
    return fail(Errc::too_large, fmt::format("The archive of logs is too large: {}.", what), "archive_too_large");
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t width) {
    std::uint32_t number = 0;
    for (std::size_t i = width; i > 0; --i) number = number << 8U | static_cast<unsigned char>(bytes[at + i - 1]);
    return number;
}

/// What the end of the archive says about its directory, before anything is allocated for it. libzip reads the whole of
/// it, and a million members are a few megabytes.
Result<void> check_directory(std::string_view bytes, const ArchiveLimits& limits) {
    constexpr std::size_t record = 22;
    constexpr std::size_t longest_comment = 65'535;
    constexpr std::size_t bytes_a_member = 512;
    const auto tail = bytes.substr(bytes.size() - std::min(bytes.size(), record + longest_comment));
    const auto at = tail.rfind("PK\x05\x06");
    if (at == std::string_view::npos || tail.size() - at < record) return damaged();
    // 65,535 means that the real number stands elsewhere, and is more than is allowed anyway.
    const auto members = number_at(tail, at + 10, 2);
    if (members > limits.members) return too_large(fmt::format("it has more than {} members", limits.members));
    if (number_at(tail, at + 12, 4) > limits.members * bytes_a_member) return too_large("its directory is endless");
    return {};
}

/// A member's name, taken apart as GitHub puts it together.
struct MemberName {
    std::string job;
    std::string step;
    std::int64_t number = 0;  ///< of the step in its job, or of the job in its run
};

/// `3_Run tests` is the third and called `Run tests`. GitHub had negative numbers once.
std::pair<std::int64_t, std::string> numbered(std::string_view name) {
    const auto underscore = name.find('_');
    if (underscore == std::string_view::npos) return {0, std::string{name}};
    const auto number = to_integer(name.substr(0, underscore));
    if (!number) return {0, std::string{name}};
    return {*number, std::string{name.substr(underscore + 1)}};
}

std::optional<MemberName> parse_name(std::string_view name) {
    constexpr std::size_t longest_name = 1024;
    if (name.size() > longest_name || name.starts_with('/') || name.find('\\') != std::string_view::npos) return {};
    const bool text = name.ends_with(".txt");
    if (!text && !name.ends_with(".log")) return {};
    name.remove_suffix(4);
    const auto parts = split(name, '/');
    if (parts.size() > 2) return {};
    for (const auto part : parts) {
        if (part.empty() || part == "." || part == "..") return {};
    }
    MemberName result;
    if (parts.size() == 1) {
        std::tie(result.number, result.job) = numbered(parts[0]);
    } else {
        // What the runner's machine said about itself; no step.
        if (parts[1] == "system") return {};
        result.job = parts[0];
        std::tie(result.number, result.step) = numbered(parts[1]);
    }
    result.job = visible_text(result.job, Escapes::none);
    result.step = visible_text(result.step, Escapes::none);
    if (result.job.empty() || (parts.size() == 2 && result.step.empty())) return {};
    return result;
}

bool is_plain_file(zip_t* archive, std::uint64_t index) {
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(archive, index, 0, &system, &attributes) != 0) return false;
    if (system != ZIP_OPSYS_UNIX) return true;
    const auto kind = (attributes >> 16U) & S_IFMT;
    return kind == 0 || kind == S_IFREG;
}

}  // namespace

struct LogArchive::State {
    std::string bytes;
    ArchiveLimits limits;
    std::unique_ptr<zip_t, CloseArchive> archive;
    std::vector<Member> members;
    std::vector<Member> whole_jobs;
    std::uint64_t unpacked = 0;
    std::string packed;  ///< the member that is read
    Inflater inflater;

    void list();
    Result<void> count(std::uint64_t more, std::uint64_t all_of_member, const zip_stat_t& status);
    Result<std::string_view> packed_bytes(const zip_stat_t& status);
    Result<void> unpack(const zip_stat_t& status, const std::function<void(std::string_view)>& sink);
    Result<void> stream(const zip_stat_t& status, const std::function<void(std::string_view)>& sink);
};

void LogArchive::State::list() {
    struct Job {
        std::int64_t number = 0;
        std::optional<std::uint64_t> whole;
        std::map<std::int64_t, Member> steps;  ///< by number
    };
    std::map<std::string, Job> jobs;
    std::vector<std::string> order;
    std::set<std::string> seen;
    const auto count = zip_get_num_entries(archive.get(), 0);
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(std::max<zip_int64_t>(count, 0)); ++i) {
        const auto* raw_name = zip_get_name(archive.get(), i, ZIP_FL_ENC_GUESS);
        if (raw_name == nullptr || !seen.insert(raw_name).second || !is_plain_file(archive.get(), i)) continue;
        auto name = parse_name(raw_name);
        if (!name) continue;
        auto [job, fresh] = jobs.try_emplace(name->job);
        if (fresh) order.push_back(name->job);
        if (name->step.empty()) {
            job->second.whole = i;
            job->second.number = name->number;
        } else {
            job->second.steps.try_emplace(name->number, Member{name->job, name->step, i});
        }
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](const auto& a, const auto& b) { return jobs[a].number < jobs[b].number; });
    for (const auto& name : order) {
        auto& job = jobs[name];
        for (auto& [number, step] : job.steps) members.push_back(std::move(step));
        if (job.steps.empty()) members.push_back({name, {}, *job.whole});
        if (job.whole) whole_jobs.push_back({name, {}, *job.whole});
    }
}

/// Adds `more` bytes to what came out of the archive, as long as that and what came out of the member is no more than a
/// log could have.
Result<void> LogArchive::State::count(std::uint64_t more, std::uint64_t all_of_member, const zip_stat_t& status) {
    if (more > limits.unpacked - std::min(limits.unpacked, unpacked)) {
        return too_large(fmt::format("its logs have more than {} MiB", limits.unpacked >> 20U));
    }
    unpacked += more;
    const auto packed_size =
        (status.valid & ZIP_STAT_COMP_SIZE) != 0 ? std::max<std::uint64_t>(status.comp_size, 1) : 1;
    if (all_of_member > limits.ratio_counts_from && all_of_member / packed_size > limits.ratio) {
        return too_large("a member of it unpacks to more than a log could");
    }
    return {};
}

Result<std::string_view> LogArchive::State::packed_bytes(const zip_stat_t& status) {
    const std::unique_ptr<zip_file_t, CloseMember> file{
        zip_fopen_index(archive.get(), status.index, ZIP_FL_COMPRESSED)};
    if (!file) return damaged();
    packed.resize(status.comp_size);
    for (std::size_t at = 0; at < packed.size();) {
        const auto got = zip_fread(file.get(), packed.data() + at, packed.size() - at);
        if (got <= 0) return damaged();
        at += static_cast<std::size_t>(got);
    }
    return packed;
}

/// All that the member says of itself is held against the limits before there is memory for it, and must be true.
Result<void> LogArchive::State::unpack(const zip_stat_t& status, const std::function<void(std::string_view)>& sink) {
    if (auto counted = count(status.size, status.size, status); !counted) return counted;
    const auto from = packed_bytes(status);
    if (!from) return fail(from.error());
    const auto content = inflater.inflate(*from, status.size, status.crc);
    if (!content) return damaged();
    if (!content->empty()) sink(*content);
    return {};
}

Result<void> LogArchive::State::stream(const zip_stat_t& status, const std::function<void(std::string_view)>& sink) {
    const std::unique_ptr<zip_file_t, CloseMember> file{zip_fopen_index(archive.get(), status.index, 0)};
    if (!file) return damaged();
    std::uint64_t out = 0;
    std::array<char, piece_bytes> piece{};
    while (true) {
        const auto got = zip_fread(file.get(), piece.data(), piece.size());
        if (got < 0) return damaged();
        if (got == 0) {
            // What libzip reads may be longer or shorter than what the directory says.
            const bool true_size = (status.valid & ZIP_STAT_SIZE) == 0 || out == status.size;
            return true_size ? Result<void>{} : damaged();
        }
        const auto more = static_cast<std::uint64_t>(got);
        out += more;
        if (auto counted = count(more, out, status); !counted) return counted;
        sink({piece.data(), static_cast<std::size_t>(got)});
    }
}

bool is_zip(std::string_view front) { return front.starts_with("PK\x03\x04") || front.starts_with("PK\x05\x06"); }

LogArchive::LogArchive(std::unique_ptr<State> state) : state_{std::move(state)} {}
LogArchive::LogArchive(LogArchive&&) noexcept = default;
LogArchive& LogArchive::operator=(LogArchive&&) noexcept = default;
LogArchive::~LogArchive() = default;

Result<LogArchive> LogArchive::open(std::string bytes, ArchiveLimits limits) {
    if (!is_zip(bytes)) return fail(Errc::unsupported, "The file is no zip archive.", "not_an_archive");
    if (bytes.size() > limits.packed) return too_large(fmt::format("it has more than {} MiB", limits.packed >> 20U));
    if (auto checked = check_directory(bytes, limits); !checked) return fail(std::move(checked.error()));

    auto state = std::make_unique<State>();
    state->bytes = std::move(bytes);
    state->limits = limits;
    zip_error_t error;
    zip_error_init(&error);
    auto* source = zip_source_buffer_create(state->bytes.data(), state->bytes.size(), 0, &error);
    if (source != nullptr) state->archive.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
    zip_error_fini(&error);
    if (!state->archive) {
        if (source != nullptr) zip_source_free(source);
        return damaged();
    }
    state->list();
    return LogArchive{std::move(state)};
}

const std::vector<LogArchive::Member>& LogArchive::members() const { return state_->members; }

std::vector<LogArchive::Member> LogArchive::of_job(std::string_view job) const {
    std::vector<Member> found;
    for (const auto* all : {&state_->whole_jobs, &state_->members}) {
        std::ranges::copy_if(*all, std::back_inserter(found), [&](const Member& member) { return member.job == job; });
        if (!found.empty()) break;
    }
    return found;
}

Result<void> LogArchive::read(const Member& member, const std::function<void(std::string_view)>& sink) {
    auto& state = *state_;
    zip_stat_t status;
    zip_stat_init(&status);
    if (zip_stat_index(state.archive.get(), member.index, 0, &status) != 0) return damaged();
    if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE) {
        return fail(Errc::unsupported, "The archive of logs is encrypted.", "archive_encrypted");
    }
    if ((status.valid & ZIP_STAT_COMP_SIZE) != 0 && status.comp_size > state.bytes.size()) return damaged();
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC;
    const bool at_once = (status.valid & needed) == needed && status.comp_method == ZIP_CM_DEFLATE &&
                         std::max(status.size, status.comp_size) <= state.limits.at_once;
    return at_once ? state.unpack(status, sink) : state.stream(status, sink);
}

namespace {

Result<LogArchive> open_with_logs(std::string bytes, ArchiveLimits limits) {
    auto archive = LogArchive::open(std::move(bytes), limits);
    if (archive && archive->members().empty()) {
        return fail(Errc::not_found, "The archive holds no log.", "log_not_found");
    }
    return archive;
}

}  // namespace

Result<void> read_archive(std::string bytes, RawLogBuilder& builder, ArchiveLimits limits) {
    auto archive = open_with_logs(std::move(bytes), limits);
    if (!archive) return fail(std::move(archive.error()));
    for (const auto& member : archive->members()) {
        builder.begin_file(member.job, member.step);
        auto read = archive->read(member, [&](std::string_view piece) { builder.feed(piece); });
        if (!read) return fail(std::move(read.error()));
    }
    return {};
}

Result<RawLog> decode_archive(std::string bytes, ArchiveLimits limits) {
    RawLogBuilder builder;
    auto read = read_archive(std::move(bytes), builder, limits);
    if (!read) return fail(std::move(read.error()));
    return std::move(builder).finish();
}

Result<void> read_job_tails(std::string bytes, std::size_t lines,
                            const std::function<void(const std::string& job, const LastLines&)>& sink,
                            ArchiveLimits limits) {
    auto archive = open_with_logs(std::move(bytes), limits);
    if (!archive) return fail(std::move(archive.error()));
    const auto& members = archive->members();
    std::size_t lines_before = 0;
    for (auto member = members.begin(); member != members.end();) {
        const auto& job = member->job;
        LogTail tail{lines, lines_before};
        for (; member != members.end() && member->job == job; ++member) {
            tail.begin_file(job, member->step);
            auto read = archive->read(*member, [&](std::string_view piece) { tail.feed(piece); });
            if (!read) return fail(std::move(read.error()));
        }
        const auto last = std::move(tail).finish();
        lines_before += last.lines;
        sink(job, last);
    }
    return {};
}

}  // namespace flux::logs
