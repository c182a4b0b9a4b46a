#include "logs/raw_log.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "logs/gh_columns.hpp"
#include "logs/line_cleaner.hpp"
#include "logs/line_splitter.hpp"
#include "logs/places.hpp"
#include "logs/stamp.hpp"
#include "logs/step_marks.hpp"
#include "logs/utf16.hpp"

namespace flux::logs {

namespace {

struct LevelTag {
    std::string_view tag;
    Level level;
};

constexpr std::array level_tags{
    LevelTag{"##[error]", Level::error},
    LevelTag{"##[warning]", Level::warning},
    LevelTag{"##[notice]", Level::notice},
    LevelTag{"##[debug]", Level::debug},
};

Level take_level(std::string_view& text) {
    if (!text.starts_with("##[")) return Level::plain;
    for (const auto& [tag, level] : level_tags) {
        if (text.starts_with(tag)) {
            text.remove_prefix(tag.size());
            return level;
        }
    }
    return Level::plain;
}

std::int64_t number_of(std::string_view text) { return to_integer(trimmed(text)).value_or(0); }

struct Escape {
    std::string_view written;
    char character;
};
/// A line of a log is one line: what a command breaks is shown with blanks.
constexpr std::array message_escapes{Escape{"%0D", ' '}, Escape{"%0A", ' '}, Escape{"%25", '%'}};
constexpr std::array property_escapes{Escape{"%0D", ' '}, Escape{"%0A", ' '}, Escape{"%25", '%'}, Escape{"%3A", ':'},
                                      Escape{"%2C", ','}};

std::string unescaped(std::string_view text, std::span<const Escape> escapes) {
    std::string result;
    while (!text.empty()) {
        const auto found = std::find_if(escapes.begin(), escapes.end(),
                                        [&](const Escape& escape) { return text.starts_with(escape.written); });
        result += found == escapes.end() ? text.front() : found->character;
        text.remove_prefix(found == escapes.end() ? 1 : found->written.size());
    }
    return result;
}

/// `::error file=a.c,line=3::message`, where a log was taken before the runner rewrote it: what a runner that keeps the
/// place would have made of it.
struct AnnotationCommand {
    Level level = Level::plain;
    std::string text;
};

std::optional<AnnotationCommand> annotation_command(std::string_view text) {
    constexpr std::string_view error = "::error";
    constexpr std::string_view warning = "::warning";
    const bool is_error = text.starts_with(error);
    if (!is_error && !text.starts_with(warning)) return std::nullopt;
    text.remove_prefix(is_error ? error.size() : warning.size());
    const auto end = text.find("::");
    if (end == std::string_view::npos || (end > 0 && text.front() != ' ')) return std::nullopt;
    std::string file;
    std::int64_t line = 0;
    std::int64_t column = 0;
    for (const auto property : split(text.substr(0, end), ',')) {
        const auto equals = std::min(property.find('='), property.size());
        const auto name = trimmed(property.substr(0, equals));
        const auto value = property.substr(std::min(equals + 1, property.size()));
        if (name == "file") file = unescaped(value, property_escapes);
        if (name == "line") line = number_of(value);
        if (name == "col") column = number_of(value);
    }
    const auto message = unescaped(text.substr(end + 2), message_escapes);
    return AnnotationCommand{is_error ? Level::error : Level::warning, annotation_text(file, line, column, message)};
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

std::size_t RawLog::step_of(std::size_t index) const {
    const auto behind = std::upper_bound(steps_.begin(), steps_.end(), index,
                                         [](std::size_t line, const RawStep& step) { return line < step.first; });
    return static_cast<std::size_t>(behind - steps_.begin()) - 1;
}

RawLine RawLog::line(std::size_t index) const {
    const auto* group = group_of(index);
    if (group == nullptr) return {};
    const auto packed = (*group)[index % group_lines];
    const auto place = place_of(packed);
    RawLine line;
    line.length = blocks_[place.block].empty() ? 0 : static_cast<std::uint32_t>(place.length);
    line.continues = (packed >> 5U & 1U) != 0;
    line.level = static_cast<Level>(packed >> 2U & 7U);
    line.role = static_cast<RawLine::Role>(packed & 3U);
    return line;
}

std::string_view RawLog::text(std::size_t index) const {
    const auto* group = group_of(index);
    if (group == nullptr) return {};
    const auto place = place_of((*group)[index % group_lines]);
    const std::string_view block{blocks_[place.block]};
    return block.empty() ? block : block.substr(place.at, place.length);
}

std::vector<std::size_t> RawLog::lines_holding(std::string_view literal) const {
    std::vector<std::size_t> found;
    if (size_ == 0) return found;
    const auto packed = [this](std::size_t line) { return (*group_of(line))[line % group_lines]; };
    // The next line that is here; the size where none is.
    const auto next_of = [this](std::size_t line) {
        ++line;
        while (line < size_ && group_of(line) == nullptr) line = (line / group_lines + 1) * group_lines;
        return std::min(line, size_);
    };
    auto index = group_of(0) != nullptr ? 0 : next_of(0);
    if (index == size_) return found;
    auto next = next_of(index);
    for (std::size_t number = 0; number < blocks_.size(); ++number) {
        const std::string_view block{blocks_[number]};
        for (std::size_t at = 0; at < block.size();) {
            const auto* hit = ::memmem(block.data() + at, block.size() - at, literal.data(), literal.size());
            if (hit == nullptr) break;
            at = static_cast<std::size_t>(static_cast<const char*>(hit) - block.data());
            // The last line that begins there or before.
            const auto place = std::uint64_t{number} << 20U | at;
            while (next < size_ && packed(next) >> 21U <= place) {
                index = next;
                next = next_of(index);
            }
            const auto line = place_of(packed(index));
            // Texts stand without a gap: what is found may begin in one line and end in the next.
            if (line.block == number && at >= line.at && at + literal.size() <= line.at + line.length) {
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

std::vector<RawLog::Range> RawLog::left_out() const {
    // The last block is written to, and empty only where no line says anything.
    const auto is_gone = [this](std::size_t block) { return blocks_[block].empty() && block + 1 < blocks_.size(); };
    bool blocks_are_here = true;
    for (std::size_t block = 0; block < blocks_.size(); ++block) blocks_are_here = blocks_are_here && !is_gone(block);

    std::vector<Range> ranges;
    for (std::size_t begin = 0; begin < size_; begin += group_lines) {
        const auto* group = group_of(begin);
        if (group != nullptr && blocks_are_here) continue;
        for (auto index = begin; index < std::min(begin + group_lines, size_); ++index) {
            if (group != nullptr && !is_gone(place_of((*group)[index % group_lines]).block)) continue;
            const auto number = number_of(index);
            if (ranges.empty() || ranges.back().last + 1 != number) ranges.push_back({number, number});
            ranges.back().last = number;
        }
    }
    return ranges;
}

RawLog RawLog::decode(std::string_view bytes) {
    RawLogBuilder builder;
    builder.feed(bytes);
    return std::move(builder).finish();
}

struct RawLogBuilder::State {
    explicit State(RawLogLimits most)
        : limits{most}, most_groups{std::max<std::size_t>(most.lines / RawLog::group_lines, 16)} {
        log.blocks_.emplace_back();
        log.blocks_.back().reserve(first_block_bytes);
    }

    void feed(std::string_view utf8);
    void decide();
    void end_file();
    void add(const LineSplitter::RawLine& line);
    void keep(const RawLine& entry, std::string_view text);
    void pass_on(std::string_view text);
    std::size_t lines_missing() const { return log.gaps_.empty() ? 0 : log.gaps_.back().lines; }
    std::string& block_for(std::size_t length);
    bool leave_a_block_out();
    void add_group();
    void make_output(std::size_t first);

    static constexpr std::size_t first_block_bytes = std::size_t{16} * 1024;

    RawLog log;
    const RawLogLimits limits;
    const std::size_t most_groups;
    std::function<void(const PassingLine&)> passing;  ///< instead of being kept
    std::size_t text_bytes = 0;
    std::size_t groups = 0;                 ///< that are kept
    std::vector<std::size_t> first_blocks;  ///< of each step

    std::string front;  ///< as long as the kind of the file is unknown
    FileDecoder decoder;
    bool decided = false;
    bool tabbed = false;
    bool stamped = false;  ///< some line had a stamp
    std::string job;
    std::string step;

    LineSplitter splitter{longest_line};
    LineCleaner cleaner{Escapes::none, {.known = nullptr, .by_shape = true}};
    LineCleaner unescaped_cleaner{Escapes::none, {.known = nullptr, .by_shape = true}};
    StepMarks marks;
    const LineSplitter::Sink sink = [this](const LineSplitter::RawLine& line) { add(line); };
};

void RawLogBuilder::State::feed(std::string_view utf8) {
    if (decided) return splitter.feed(utf8, sink);
    if (front.empty() && utf8.size() >= front_bytes) {
        tabbed = is_gh_run_view(utf8.substr(0, front_bytes));
        decided = true;
        return splitter.feed(utf8, sink);
    }
    front += utf8;
    if (front.size() >= front_bytes) decide();
}

void RawLogBuilder::State::decide() {
    tabbed = is_gh_run_view(front);
    decided = true;
    splitter.feed(front, sink);
    front.clear();
}

void RawLogBuilder::State::end_file() {
    feed(decoder.finish());
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
    while (text_bytes > limits.text && leave_a_block_out()) {
    }
    return log.blocks_.back();
}

/// What goes first where something has to: in the middle of the step that has most of it, as what is said first and
/// last explains a failure best. `first` holds where each step begins, `end` is behind the last that may go.
template <class IsHere>
std::optional<std::size_t> least_wanted(const std::vector<std::size_t>& first, std::size_t end, const IsHere& is_here) {
    constexpr std::size_t kept_at_end_of_step = 16;
    std::optional<std::size_t> best;
    std::size_t most = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        const auto end_of_step = i + 1 < first.size() ? first[i + 1] : end;
        std::size_t left = 0;
        std::size_t oldest = 0;
        for (auto at = first[i] + 1; at + kept_at_end_of_step < end_of_step; ++at) {
            if (is_here(at) && left++ == 0) oldest = at;
        }
        if (left <= most) continue;
        most = left;
        best = oldest;
    }
    // Many steps of middling size: the oldest goes.
    for (std::size_t at = 0; at < end && !best; ++at) {
        if (is_here(at)) best = at;
    }
    return best;
}

bool RawLogBuilder::State::leave_a_block_out() {
    const auto is_here = [this](std::size_t block) { return !log.blocks_[block].empty(); };
    const auto block = least_wanted(first_blocks, log.blocks_.size() - 1, is_here);
    if (!block) return false;
    text_bytes -= std::min(text_bytes, log.blocks_[*block].capacity());
    std::string{}.swap(log.blocks_[*block]);
    return true;
}

/// Room for the next lines. Of many lines an eighth goes at once, so that choosing them costs little.
void RawLogBuilder::State::add_group() {
    const auto is_here = [this](std::size_t group) { return log.groups_[group] != nullptr; };
    if (groups >= most_groups) {
        std::vector<std::size_t> first_groups;
        for (const auto& each : marks.steps()) first_groups.push_back(each.first / RawLog::group_lines);
        for (auto rest = most_groups / 8; rest > 0; --rest) {
            const auto group = least_wanted(first_groups, log.groups_.size(), is_here);
            if (!group) break;
            log.groups_[*group].reset();
            --groups;
        }
    }
    log.groups_.push_back(std::make_unique<RawLog::Group>());
    ++groups;
}

/// The lines from `first` on were taken for a step's header, and perhaps for a step of its own.
void RawLogBuilder::State::make_output(std::size_t first) {
    for (auto index = first; index < log.size_; ++index) {
        auto& group = log.groups_[index / RawLog::group_lines];
        if (group == nullptr) continue;
        auto& packed = (*group)[index % RawLog::group_lines];
        packed = (packed & ~RawLog::Packed{3}) | static_cast<std::uint8_t>(RawLine::Role::output);
    }
    const auto& steps = marks.steps();
    while (!first_blocks.empty() &&
           (first_blocks.size() > steps.size() || steps[first_blocks.size() - 1].first >= first))
        first_blocks.pop_back();
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
    auto text = (tabbed ? cleaner.clean(raw) : cleaner.clean(raw, line.known)).text;
    RawLine entry;
    entry.level = take_level(text);
    std::optional<AnnotationCommand> command;
    if (entry.level == Level::plain && text.starts_with("::")) command = annotation_command(text);
    if (command) {
        entry.level = command->level;
        // What was escaped may be something that nobody is to see.
        text = unescaped_cleaner.clean(command->text).text;
    }
    entry.continues = stamped && !has_stamp;
    text = front_of(text, RawLog::longest_text);
    if (const auto first = marks.place(entry, log.size_, text, echoed, source)) make_output(*first);
    if (passing) {
        pass_on(text);
    } else {
        keep(entry, text);
    }
    ++log.size_;
}

void RawLogBuilder::State::pass_on(std::string_view text) {
    if (log.size_ % RawLog::group_lines == 0) log.groups_.push_back(nullptr);
    const auto& steps = marks.steps();
    passing({log.size_ + 1 + lines_missing(), steps.size() - 1, steps.back().name, text});
}

void RawLogBuilder::State::keep(const RawLine& entry, std::string_view text) {
    const auto index = log.size_;
    auto& block = block_for(text.size());
    const auto at = block.size();
    block += text;
    while (first_blocks.size() < marks.steps().size()) first_blocks.push_back(log.blocks_.size() - 1);
    const RawLog::Packed place = (log.blocks_.size() - 1) << 41U | at << 21U | text.size() << 6U;
    if (index % RawLog::group_lines == 0) add_group();
    (*log.groups_.back())[index % RawLog::group_lines] = place | (entry.continues ? 1U << 5U : 0U) |
                                                         std::uint64_t{static_cast<std::uint8_t>(entry.level)} << 2U |
                                                         static_cast<std::uint8_t>(entry.role);
}

RawLogBuilder::RawLogBuilder(RawLogLimits limits) : state_{std::make_unique<State>(limits)} {}
RawLogBuilder::RawLogBuilder(RawLogBuilder&&) noexcept = default;
RawLogBuilder& RawLogBuilder::operator=(RawLogBuilder&&) noexcept = default;
RawLogBuilder::~RawLogBuilder() = default;

RawLogBuilder RawLogBuilder::passing_on(std::function<void(const PassingLine&)> sink) {
    RawLogBuilder builder;
    builder.state_->passing = std::move(sink);
    return builder;
}

void RawLogBuilder::begin_file(std::string job, std::string step) {
    state_->end_file();
    state_->decided = true;
    state_->tabbed = false;
    state_->stamped = false;
    state_->job = std::move(job);
    state_->step = std::move(step);
}

void RawLogBuilder::begin_behind(std::string_view front, std::size_t lines) {
    state_->tabbed = is_gh_run_view(front.substr(0, front_bytes));
    state_->decided = true;
    skip(lines);
}

void RawLogBuilder::skip(std::size_t lines) {
    state_->decoder.begin_behind();
    if (lines == 0) return;
    auto& state = *state_;
    if (!state.front.empty()) state.decide();
    state.splitter.finish(state.sink);
    state.log.gaps_.push_back({state.log.size_, lines + state.lines_missing()});
}

void RawLogBuilder::feed(std::string_view bytes) { state_->feed(state_->decoder.feed(bytes)); }

RawLog RawLogBuilder::finish() && {
    state_->end_file();
    if (const auto first = state_->marks.finish()) state_->make_output(*first);
    state_->log.steps_ = std::move(state_->marks).take_steps();
    return std::move(state_->log);
}

}  // namespace flux::logs
