#include "logs/raw_log.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <utility>

#include "logs/gh_columns.hpp"
#include "logs/line_cleaner.hpp"
#include "logs/line_splitter.hpp"
#include "logs/stamp.hpp"
#include "logs/step_marks.hpp"

namespace flux::logs {

namespace {

/// Kept of a line before it is cleaned.
constexpr std::size_t raw_line_bytes = std::size_t{128} * 1024;
/// What is looked at before it is clear what kind of file it is.
constexpr std::size_t front_bytes = std::size_t{64} * 1024;

struct LevelTag {
    std::string_view tag;
    Level level;
};

constexpr std::array level_tags{
    LevelTag{"##[error]", Level::error},   LevelTag{"##[warning]", Level::warning},
    LevelTag{"##[notice]", Level::notice}, LevelTag{"##[debug]", Level::debug},
    LevelTag{"::error::", Level::error},   LevelTag{"::warning::", Level::warning},
};

Level take_level(std::string_view& text) {
    if (!text.starts_with("##[") && !text.starts_with("::")) return Level::plain;
    for (const auto& [tag, level] : level_tags) {
        if (text.starts_with(tag)) {
            text.remove_prefix(tag.size());
            return level;
        }
    }
    // `::error file=a.c,line=3::message`, where a log was taken before the runner rewrote it.
    if (text.starts_with("::error ") || text.starts_with("::warning ")) {
        const auto level = text[2] == 'e' ? Level::error : Level::warning;
        const auto end = text.find("::", 2);
        if (end != std::string_view::npos) {
            text.remove_prefix(end + 2);
            return level;
        }
    }
    return Level::plain;
}

std::string_view front_of(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0U) == 0x80U) --limit;
    return text.substr(0, limit);
}

}  // namespace

RawLog::Place RawLog::place_of(Packed packed) {
    return {packed >> 41U, packed >> 21U & 0xf'ffffU, packed >> 6U & 0x7fffU};
}

RawLine RawLog::line(std::size_t index) const {
    const auto packed = lines_[index];
    const auto place = place_of(packed);
    RawLine line;
    line.length = blocks_[place.block].empty() ? 0 : static_cast<std::uint32_t>(place.length);
    line.step = steps_of_lines_[index];
    line.continues = (packed >> 5U & 1U) != 0;
    line.level = static_cast<Level>(packed >> 2U & 7U);
    line.role = static_cast<RawLine::Role>(packed & 3U);
    return line;
}

std::string_view RawLog::text(std::size_t index) const {
    const auto place = place_of(lines_[index]);
    const std::string_view block{blocks_[place.block]};
    return block.empty() ? block : block.substr(place.at, place.length);
}

std::vector<std::size_t> RawLog::lines_holding(std::string_view literal) const {
    std::vector<std::size_t> found;
    std::size_t index = 0;
    for (std::size_t number = 0; number < blocks_.size(); ++number) {
        const std::string_view block{blocks_[number]};
        for (std::size_t at = 0; at < block.size();) {
            const auto* hit = ::memmem(block.data() + at, block.size() - at, literal.data(), literal.size());
            if (hit == nullptr) break;
            at = static_cast<std::size_t>(static_cast<const char*>(hit) - block.data());
            // The last line that begins there or before.
            const auto place = std::uint64_t{number} << 20U | at;
            while (index + 1 < lines_.size() && lines_[index + 1] >> 21U <= place) ++index;
            const auto line = place_of(lines_[index]);
            // Texts stand without a gap: what is found may begin in one line and end in the next.
            if (line.block == number && at + literal.size() <= line.at + line.length) {
                found.push_back(index);
                at = line.at + line.length;
            } else {
                ++at;
            }
        }
    }
    return found;
}

std::size_t RawLog::number_of(std::size_t index) const {
    const auto behind = std::upper_bound(gaps_.begin(), gaps_.end(), index,
                                         [](std::size_t line, const Gap& gap) { return line < gap.index; });
    return index + 1 + (behind == gaps_.begin() ? 0 : std::prev(behind)->lines);
}

std::size_t RawLog::lines_up_to(std::size_t number) const {
    std::size_t begin = 0;
    std::size_t missing = 0;
    for (const auto& gap : gaps_) {
        if (gap.index + gap.lines >= number) return std::clamp(number - std::min(number, missing), begin, gap.index);
        begin = gap.index;
        missing = gap.lines;
    }
    return std::clamp(number - std::min(number, missing), begin, size());
}

RawLog RawLog::decode(std::string_view bytes) {
    RawLogBuilder builder;
    builder.feed(bytes);
    return std::move(builder).finish();
}

struct RawLogBuilder::State {
    explicit State(std::size_t text_limit) : most_text{text_limit} {
        log.blocks_.emplace_back();
        log.blocks_.back().reserve(first_block_bytes);
    }

    void feed(std::string_view bytes);
    void decide();
    void end_file();
    void add(const LineSplitter::RawLine& line);
    std::string& block_for(std::size_t length);
    bool leave_something_out();

    static constexpr std::size_t first_block_bytes = std::size_t{16} * 1024;
    static constexpr std::size_t kept_at_end_of_step = 16;  ///< blocks

    RawLog log;
    const std::size_t most_text;
    std::size_t text_bytes = 0;
    std::vector<std::size_t> first_blocks;  ///< of each step

    std::string front;  ///< as long as the kind of the file is unknown
    bool decided = false;
    bool tabbed = false;
    bool stamped = false;  ///< some line had a stamp
    std::string job;
    std::string step;

    LineSplitter splitter{raw_line_bytes};
    LineCleaner cleaner{Escapes::none, {.known = nullptr, .by_shape = true}};
    StepMarks marks;
    const LineSplitter::Sink sink = [this](const LineSplitter::RawLine& line) { add(line); };
};

void RawLogBuilder::State::feed(std::string_view bytes) {
    if (decided) return splitter.feed(bytes, sink);
    if (front.empty() && bytes.size() >= front_bytes) {
        tabbed = is_gh_run_view(bytes.substr(0, front_bytes));
        decided = true;
        return splitter.feed(bytes, sink);
    }
    front += bytes;
    if (front.size() >= front_bytes) decide();
}

void RawLogBuilder::State::decide() {
    tabbed = is_gh_run_view(front);
    decided = true;
    splitter.feed(front, sink);
    front.clear();
}

void RawLogBuilder::State::end_file() {
    if (!decided) decide();
    splitter.finish(sink);
}

std::string& RawLogBuilder::State::block_for(std::size_t length) {
    auto* block = &log.blocks_.back();
    if (block->size() + length <= block->capacity()) return *block;
    const auto capacity = std::min(block->capacity() * 2, RawLog::block_bytes);
    log.blocks_.emplace_back();
    block = &log.blocks_.back();
    block->reserve(std::max(capacity, 2 * RawLog::longest_text));
    text_bytes += block->capacity();
    while (text_bytes > most_text && leave_something_out()) {
    }
    return log.blocks_.back();
}

/// One block in the middle of the step that has most of them. What is said first and last explains a failure best.
bool RawLogBuilder::State::leave_something_out() {
    std::size_t best = 0;
    std::size_t most = 0;
    for (std::size_t i = 0; i < first_blocks.size(); ++i) {
        const auto end = i + 1 < first_blocks.size() ? first_blocks[i + 1] : log.blocks_.size() - 1;
        std::size_t left = 0;
        std::size_t oldest = 0;
        for (auto block = first_blocks[i] + 1; block + kept_at_end_of_step < end; ++block) {
            if (log.blocks_[block].empty()) continue;
            if (left++ == 0) oldest = block;
        }
        if (left > most) {
            most = left;
            best = oldest;
        }
    }
    if (most == 0) {
        // Many steps of middling size: the oldest goes.
        while (best + 1 < log.blocks_.size() && log.blocks_[best].empty()) ++best;
        if (best + 1 >= log.blocks_.size()) return false;
    }
    text_bytes -= std::min(text_bytes, log.blocks_[best].capacity());
    std::string{}.swap(log.blocks_[best]);
    return true;
}

void RawLogBuilder::State::add(const LineSplitter::RawLine& line) {
    StepMarks::Source source{job, step, !step.empty()};
    auto raw = line.text;
    bool has_stamp = line.stamp.length > 0;
    if (tabbed) {
        const auto columns = gh_columns_of(raw);
        raw = without_byte_order_marks(columns.rest);
        const auto stamp = stamp_at(raw);
        raw.remove_prefix(stamp.length);
        has_stamp = stamp.length > 0;
        if (columns.found) source = {columns.job, columns.step, columns.step != "UNKNOWN STEP"};
    }
    stamped = stamped || has_stamp;
    const bool echoed = raw.starts_with("\x1B[36;1m");
    auto text = cleaner.clean(raw).text;
    RawLine entry;
    entry.level = take_level(text);
    entry.continues = stamped && !has_stamp;
    text = front_of(text, RawLog::longest_text);
    const auto index = log.lines_.size();
    marks.place(entry, index, text, echoed, source);

    auto& block = block_for(text.size());
    const auto at = block.size();
    block += text;
    while (first_blocks.size() < marks.steps().size()) first_blocks.push_back(log.blocks_.size() - 1);
    const RawLog::Packed place = (log.blocks_.size() - 1) << 41U | at << 21U | text.size() << 6U;
    log.lines_.push_back(place | (entry.continues ? 1U << 5U : 0U) |
                         std::uint64_t{static_cast<std::uint8_t>(entry.level)} << 2U |
                         static_cast<std::uint8_t>(entry.role));
    log.steps_of_lines_.push_back(entry.step);
}

RawLogBuilder::RawLogBuilder(std::size_t most_text) : state_{std::make_unique<State>(most_text)} {}
RawLogBuilder::RawLogBuilder(RawLogBuilder&&) noexcept = default;
RawLogBuilder& RawLogBuilder::operator=(RawLogBuilder&&) noexcept = default;
RawLogBuilder::~RawLogBuilder() = default;

void RawLogBuilder::begin_file(std::string job, std::string step) {
    state_->end_file();
    state_->decided = true;
    state_->tabbed = false;
    state_->stamped = false;
    state_->job = std::move(job);
    state_->step = std::move(step);
}

void RawLogBuilder::skip(std::size_t lines) {
    if (lines == 0) return;
    auto& state = *state_;
    if (!state.front.empty()) state.decide();
    state.splitter.finish(state.sink);
    auto& gaps = state.log.gaps_;
    gaps.push_back({state.log.lines_.size(), lines + (gaps.empty() ? 0 : gaps.back().lines)});
}

void RawLogBuilder::feed(std::string_view bytes) { state_->feed(bytes); }

RawLog RawLogBuilder::finish() && {
    state_->end_file();
    state_->log.steps_ = std::move(state_->marks).take_steps();
    return std::move(state_->log);
}

}  // namespace flux::logs
