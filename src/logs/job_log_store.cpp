#include "logs/job_log_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "logs/job_log_files.hpp"
#include "logs/line_cleaner.hpp"
#include "logs/line_splitter.hpp"
#include "logs/stored_log_files.hpp"

namespace flux::logs {

namespace {

namespace files = std::filesystem;

/// Kept of a line before it is cleaned: what is cut off behind it can't hold the end of a secret that begins before.
constexpr std::size_t raw_line_bytes = 2 * max_line_bytes;
constexpr std::size_t batch_bytes = std::size_t{256} * 1024;
/// A download that breaks off repeats less than this.
constexpr std::uint64_t progress_bytes = std::uint64_t{1} << 20U;

Error refused(const std::system_error& error) {
    return {Errc::unavailable, fmt::format("The job's log can't be stored: {}.", error.code().message()), {}, {}};
}

std::string_view cut_to(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0U) == 0x80U) --limit;
    return text.substr(0, limit);
}

bool same(const std::vector<StepTime>& a, const std::vector<StepTime>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const StepTime& x, const StepTime& y) {
        return x.number == y.number && x.name == y.name && x.started_at == y.started_at &&
               x.completed_at == y.completed_at;
    });
}

void extend(std::vector<StepSpan>& spans, std::int64_t line, StepTimeCutter::Place place) {
    if (place.step == 0) return;
    auto span =
        std::find_if(spans.rbegin(), spans.rend(), [&](const StepSpan& each) { return each.step == place.step; });
    if (span == spans.rend()) {
        spans.push_back({place.step, line, line, place.certain});
        return;
    }
    span->last_line = line;
    span->certain = span->certain && place.certain;
}

}  // namespace

struct JobLogStore::State {
    State(files::path store_folder, JobLogLimits store_limits, const Clock& store_clock)
        : folder{std::move(store_folder)}, limits{store_limits}, clock{store_clock} {}

    files::path folder_of(const JobLogKey& key) const {
        return folder / std::to_string(key.run) / std::to_string(key.attempt) / std::to_string(key.job);
    }
    bool is_busy(const files::path& log) const {
        return std::any_of(busy.begin(), busy.end(), [&](const JobLogKey& key) { return folder_of(key) == log; });
    }
    void tidy_locked();

    const files::path folder;
    const JobLogLimits limits;
    const Clock& clock;
    mutable std::mutex mutex;
    std::set<JobLogKey> busy;
    std::uint64_t total = 0;
};

void JobLogStore::State::tidy_locked() {
    auto logs = stored_logs_in(folder);
    total = 0;
    for (const auto& log : logs) total += log.bytes;
    std::sort(logs.begin(), logs.end(), [](const auto& a, const auto& b) { return a.used_at < b.used_at; });
    for (const auto& log : logs) {
        const bool old = log.used_at + limits.age < clock.wall_now();
        const bool too_much = total > limits.total_bytes && log.complete;
        if ((!old && !too_much) || is_busy(log.folder)) continue;
        std::error_code ignored;
        files::remove_all(log.folder, ignored);
        total -= log.bytes;
        // The attempt's and the run's folder go with their last log.
        files::remove(log.folder.parent_path(), ignored);
        files::remove(log.folder.parent_path().parent_path(), ignored);
    }
}

struct JobLogAppender::State {
    State(std::shared_ptr<JobLogStore::State> log_store, JobLogKey log_key, files::path log_folder,
          JobLogFiles log_files, std::shared_ptr<const Masks> log_masks)
        : store{std::move(log_store)},
          key{log_key},
          folder{std::move(log_folder)},
          log{std::move(log_files)},
          masks{std::move(log_masks)},
          cleaner{Escapes::colours, {.known = masks.get(), .by_shape = true}} {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State();

    Result<void> go_on_where_it_ended();
    void add(const LineSplitter::RawLine& line, bool beyond_the_limit = false);
    void write_out();
    void note_progress();
    StepTimeCutter::Place place_of(std::string_view bare, WallTime line_time, bool& opening);
    Result<void> cut_again(std::vector<StepTime> steps);

    std::shared_ptr<JobLogStore::State> store;
    const JobLogKey key;
    const files::path folder;
    JobLogFiles log;
    const std::shared_ptr<const Masks> masks;

    LineSplitter splitter{raw_line_bytes};
    LineCleaner cleaner;
    StepOpenings openings;
    std::optional<StepTimeCutter> cutter;
    std::vector<StepTime> steps;
    bool cut_from_start = false;  ///< every line so far was given to `steps`

    std::uint64_t fed = 0;  ///< bytes of the original
    std::uint64_t noted = 0;
    std::int64_t lines = 0;
    std::uint64_t text_end = 0;
    std::int64_t left_out = 0;
    WallTime time{};    ///< of the last line
    std::string stamp;  ///< the same as it is written, with its blank
    std::vector<StepSpan> spans;
    std::string held_text;
    std::string held_records;
    bool finished = false;
};

JobLogAppender::State::~State() {
    if (!finished) {
        try {
            write_out();
            note_progress();
        } catch (const std::system_error&) {
            // The next download begins where the last note says.
        }
    }
    const std::scoped_lock lock{store->mutex};
    store->busy.erase(key);
}

Result<void> JobLogAppender::State::go_on_where_it_ended() {
    auto recovered = log.recover();
    if (!recovered) return fail(std::move(recovered.error()));
    const auto progress = last_progress(folder, recovered->lines);
    auto kept = log.keep_first(progress.lines);
    if (!kept) return fail(std::move(kept.error()));
    lines = kept->lines;
    text_end = kept->text_end;
    fed = noted = progress.received;
    time = progress.time;
    cleaner.resume(progress.inside_key);
    cut_from_start = lines == 0;
    return {};
}

StepTimeCutter::Place JobLogAppender::State::place_of(std::string_view bare, WallTime line_time, bool& opening) {
    const auto found = openings.next(bare);
    opening = found.kind != StepOpening::none;
    return cutter ? cutter->place(line_time, found.kind, found.title) : StepTimeCutter::Place{};
}

void JobLogAppender::State::add(const LineSplitter::RawLine& line, bool beyond_the_limit) {
    const auto clean = cleaner.clean(line.text, line.known);
    if (line.stamp.length > 0) {
        time = line.stamp.time;
        if (line.stamp.usual) {
            stamp.assign(line.stamp_text);
        } else {
            stamp = log_stamp(time) + ' ';
        }
    } else if (stamp.empty()) {
        if (time == WallTime{}) time = store->clock.wall_now();
        stamp = log_stamp(time) + ' ';
    }
    bool opening = false;
    const auto place = place_of(clean.bare, time, opening);
    if (!beyond_the_limit && text_end + held_text.size() >= store->limits.log_bytes) {
        ++left_out;
        return;
    }
    const auto text = cut_to(clean.text, max_line_bytes);
    const auto start = held_text.size();
    held_text += stamp;
    held_text += text;
    const LogRecord record{.offset = text_end + start,
                           .time = time,
                           .length = static_cast<std::uint32_t>(held_text.size() - start),
                           .step = static_cast<std::uint16_t>(std::clamp(place.step, 0, 65'535)),
                           .level = level_of(clean.bare),
                           .truncated = line.cut || text.size() < clean.text.size(),
                           .opening = opening};
    held_text += '\n';
    record.append_to(held_records);
    ++lines;
    extend(spans, lines, place);
    if (held_text.size() >= batch_bytes) write_out();
}

void JobLogAppender::State::write_out() {
    if (held_text.empty()) return;
    log.append(held_text, held_records);
    text_end += held_text.size();
    held_text.clear();
    held_records.clear();
}

void JobLogAppender::State::note_progress() {
    const auto received = fed - splitter.pending();
    if (received == noted) return;
    add_progress(folder, {received, lines, time, cleaner.inside_key()});
    noted = received;
}

Result<void> JobLogAppender::State::cut_again(std::vector<StepTime> new_steps) {
    if (new_steps.empty()) new_steps = steps;
    if (new_steps.empty() || (cut_from_start && same(steps, new_steps))) return {};
    StepTimeCutter fresh{new_steps};
    std::vector<StepSpan> fresh_spans;
    std::optional<Error> unreadable;
    auto rewritten = log.rewrite_index(folder, [&](std::int64_t number, LogRecord& record) {
        StepOpenings::Opening opening;
        std::string bare;
        if (record.opening) {
            const auto text = log.read_text(record.offset + stamp_bytes, record.length - stamp_bytes);
            if (!text) unreadable = text.error();
            bare = LineCleaner::bare_text(text.value_or(""));
            StepOpenings alone;
            opening = alone.next(bare);
        }
        const auto place = fresh.place(record.time, opening.kind, opening.title);
        record.step = static_cast<std::uint16_t>(std::clamp(place.step, 0, 65'535));
        extend(fresh_spans, number, place);
    });
    if (!rewritten) return rewritten;
    if (unreadable) return fail(*std::move(unreadable));
    spans = std::move(fresh_spans);
    steps = std::move(new_steps);
    return {};
}

JobLogAppender::JobLogAppender(std::unique_ptr<State> state) : state_{std::move(state)} {}
JobLogAppender::JobLogAppender(JobLogAppender&&) noexcept = default;
JobLogAppender& JobLogAppender::operator=(JobLogAppender&&) noexcept = default;
JobLogAppender::~JobLogAppender() = default;

std::uint64_t JobLogAppender::received() const { return state_->fed - state_->splitter.pending(); }
std::int64_t JobLogAppender::lines() const { return state_->lines; }
bool JobLogAppender::full() const { return state_->left_out > 0; }

void JobLogAppender::set_steps(std::vector<StepTime> steps) {
    state_->cut_from_start = state_->lines == 0;
    state_->spans.clear();
    state_->cutter.emplace(steps);
    state_->steps = std::move(steps);
}

Result<void> JobLogAppender::append(std::string_view bytes) {
    auto& state = *state_;
    try {
        state.fed += bytes.size();
        state.splitter.feed(bytes, [&state](const LineSplitter::RawLine& line) { state.add(line); });
        state.write_out();
        if (received() - state.noted >= progress_bytes) state.note_progress();
    } catch (const std::system_error& error) {
        return fail(refused(error));
    }
    return {};
}

Result<StoredJobLog> JobLogAppender::finish(std::vector<StepTime> steps) {
    auto& state = *state_;
    StoredJobLog stored;
    try {
        state.splitter.finish([&state](const LineSplitter::RawLine& line) { state.add(line); });
        if (state.left_out > 0) {
            const auto remark =
                fmt::format("##[warning]{} more lines of this log were left out here: it is too long.", state.left_out);
            OddBytes odd;
            state.add({remark, {}, false, {}, KnownOfLine{odd.find(remark)}}, true);
        }
        state.write_out();
        if (auto cut = state.cut_again(std::move(steps)); !cut) return fail(std::move(cut.error()));
        state.log.sync();
        stored = {state.lines, state.fed, true, state.spans};
        mark_complete(state.folder, stored, state.store->clock.wall_now());
        state.finished = true;
    } catch (const std::system_error& error) {
        return fail(refused(error));
    }
    const std::scoped_lock lock{state.store->mutex};
    state.store->busy.erase(state.key);
    state.store->total += state.text_end + static_cast<std::uint64_t>(state.lines) * LogRecord::bytes;
    if (state.store->total > state.store->limits.total_bytes) state.store->tidy_locked();
    return stored;
}

JobLogStore::JobLogStore(std::shared_ptr<State> state) : state_{std::move(state)} {}
JobLogStore::JobLogStore(JobLogStore&&) noexcept = default;
JobLogStore& JobLogStore::operator=(JobLogStore&&) noexcept = default;
JobLogStore::~JobLogStore() = default;

Result<JobLogStore> JobLogStore::open(const files::path& folder, JobLogLimits limits, const Clock& clock) {
    std::error_code refused_code;
    files::create_directories(folder, refused_code);
    if (refused_code) {
        return fail(Errc::unavailable, fmt::format("The folder for logs can't be made: {}.", refused_code.message()));
    }
    JobLogStore store{std::make_shared<State>(folder, limits, clock)};
    store.tidy();
    return store;
}

Result<JobLogAppender> JobLogStore::open_for_append(const JobLogKey& key, std::shared_ptr<const Masks> masks) {
    const auto folder = state_->folder_of(key);
    {
        const std::scoped_lock lock{state_->mutex};
        if (read_complete(folder)) return fail(Errc::conflict, "This job's log is complete.", "log_complete");
        if (!state_->busy.insert(key).second) {
            return fail(Errc::conflict, "This job's log is being downloaded.", "log_busy");
        }
    }
    const auto give_up = [&](Error error) {
        const std::scoped_lock lock{state_->mutex};
        state_->busy.erase(key);
        return fail(std::move(error));
    };
    auto log = JobLogFiles::open_for_writing(folder);
    if (!log) return give_up(std::move(log.error()));
    // From here on the appender's end takes the key back.
    auto appender = std::make_unique<JobLogAppender::State>(state_, key, folder, *std::move(log), std::move(masks));
    try {
        if (auto begun = appender->go_on_where_it_ended(); !begun) return fail(std::move(begun.error()));
    } catch (const std::system_error& error) {
        return fail(refused(error));
    }
    return JobLogAppender{std::move(appender)};
}

std::optional<StoredJobLog> JobLogStore::find(const JobLogKey& key) const {
    const auto folder = state_->folder_of(key);
    if (auto complete = read_complete(folder)) return complete;
    const auto log = JobLogFiles::open_for_reading(folder);
    if (!log) return {};
    try {
        StoredJobLog stored;
        stored.lines = log->records();
        stored.received = last_progress(folder, stored.lines).received;
        return stored;
    } catch (const std::system_error&) {
        return {};
    }
}

Result<JobLogReader> JobLogStore::read(const JobLogKey& key) const {
    const auto folder = state_->folder_of(key);
    mark_used(folder, state_->clock.wall_now());
    return JobLogReader::open(folder);
}

void JobLogStore::remove_run(std::int64_t run) {
    const std::scoped_lock lock{state_->mutex};
    const auto folder = state_->folder / std::to_string(run);
    for (const auto& log : stored_logs_in(state_->folder, run)) {
        if (state_->is_busy(log.folder)) continue;
        std::error_code ignored;
        files::remove_all(log.folder, ignored);
        state_->total -= std::min(state_->total, log.bytes);
        files::remove(log.folder.parent_path(), ignored);
    }
    std::error_code ignored;
    files::remove(folder, ignored);
}

void JobLogStore::tidy() {
    const std::scoped_lock lock{state_->mutex};
    state_->tidy_locked();
}

std::uint64_t JobLogStore::total_bytes() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->total;
}

}  // namespace flux::logs
