#include "logs/raw_log.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/text.hpp"

namespace flux::logs {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr char escape = '\x1B';
/// What no reader wants to see of one line; the rest is counted, not kept.
constexpr std::size_t longest_kept = 16 * 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Length of `2026-01-18T11:08:00.4183657Z` and the blank after it at the front of `text`, or 0.
std::size_t stamp_length(std::string_view text) {
    constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
    if (text.size() <= shape.size()) return 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == 'd' ? !is_digit(text[i]) : text[i] != shape[i]) return 0;
    }
    auto at = shape.size();
    if (text[at] == '.') {
        do {
            ++at;
        } while (at < text.size() && is_digit(text[at]));
    }
    if (at >= text.size() || text[at] != 'Z') return 0;
    ++at;
    return at < text.size() && text[at] == ' ' ? at + 1 : at;
}

/// Length of the escape sequence at the front of `text`, which begins with ESC (ECMA-48; OSC ends with BEL or ST).
std::size_t escape_length(std::string_view text) {
    if (text.size() < 2) return text.size();
    const char kind = text[1];
    if (kind == '[') {
        std::size_t at = 2;
        while (at < text.size() && text[at] >= 0x20 && text[at] < 0x40) ++at;
        return std::min(at + 1, text.size());
    }
    if (kind == ']' || kind == 'P' || kind == '_' || kind == '^' || kind == 'X') {
        for (std::size_t at = 2; at < text.size(); ++at) {
            if (text[at] == '\a') return at + 1;
            if (text[at] == escape && at + 1 < text.size() && text[at + 1] == '\\') return at + 2;
        }
        return text.size();
    }
    std::size_t at = 1;
    while (at < text.size() && text[at] >= 0x20 && text[at] < 0x30) ++at;
    return std::min(at + 1, text.size());
}

/// What a terminal would leave of a line whose carriage returns go back over it: the last part that isn't empty.
std::string_view after_overwrites(std::string_view text) {
    while (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    const auto at = text.rfind('\r');
    return at == std::string_view::npos ? text : text.substr(at + 1);
}

void append_visible(std::string& out, std::string_view text) {
    const auto begin = out.size();
    bool plain_ascii = true;
    while (!text.empty() && out.size() - begin < longest_kept) {
        const auto c = static_cast<unsigned char>(text.front());
        if (c == escape) {
            text.remove_prefix(escape_length(text));
            continue;
        }
        if (c == '\b' && out.size() > begin) {
            out.pop_back();
        } else if (c >= 0x20 || c == '\t') {
            if (c != 0x7F) out += text.front();
            plain_ascii = plain_ascii && c < 0x80;
        }
        text.remove_prefix(1);
    }
    if (!plain_ascii && !is_utf8(std::string_view{out}.substr(begin))) {
        auto repaired = to_utf8(std::string_view{out}.substr(begin));
        out.resize(begin);
        out += repaired;
    }
}

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

/// The line without job and step, where the log is what `gh run view --log` prints.
struct Columns {
    std::string_view job;
    std::string_view step;
    std::string_view rest;
    bool found = false;
};

Columns columns_of(std::string_view line) {
    const auto first = line.find('\t');
    if (first == std::string_view::npos || first == 0) return {{}, {}, line, false};
    const auto second = line.find('\t', first + 1);
    if (second == std::string_view::npos) return {{}, {}, line, false};
    return {line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1), true};
}

std::string_view without_mark(std::string_view text) {
    while (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return text;
}

/// Whether most of the first lines have the two columns with a stamp behind them.
bool is_gh_run_view(std::string_view bytes) {
    int stamped = 0;
    int seen = 0;
    while (!bytes.empty() && seen < 40) {
        const auto end = bytes.find('\n');
        const auto columns = columns_of(without_mark(bytes.substr(0, end)));
        ++seen;
        if (columns.found && stamp_length(without_mark(columns.rest)) != 0) ++stamped;
        if (end == std::string_view::npos) break;
        bytes.remove_prefix(end + 1);
    }
    return stamped * 2 > seen;
}

/// Follows the runner's markers from line to line and says which step a line belongs to.
class StepCutter {
public:
    explicit StepCutter(std::vector<RawStep>& steps) : steps_{steps} {}

    /// `text` has no level tag any more; `echoed`: it was printed in the colour of an echoed script.
    void place(RawLine& line, std::size_t index, std::string_view text, bool echoed, const Columns& columns) {
        const bool group = text.starts_with("##[group]");
        const auto title = group ? text.substr(std::string_view{"##[group]"}.size()) : std::string_view{};
        const bool opens_step = group && title.starts_with("Run ") && !in_header_;

        if (columns.found && columns.step != "UNKNOWN STEP") {
            if (steps_.empty() || steps_.back().job != columns.job || steps_.back().name != columns.step) {
                begin(index, columns.job, columns.step, columns.step.starts_with("Post "));
            }
        } else if (opens_step) {
            begin(index, columns.job, title, false);
        } else if (text == "Post job cleanup.") {
            begin(index, columns.job, "Post job cleanup", true);
        } else if (text == "Cleaning up orphan processes") {
            begin(index, columns.job, "Complete job", true);
        } else if (steps_.empty()) {
            begin(index, columns.job, "Set up job", false);
        } else if (steps_.size() == 1 && steps_.back().name == "Set up job" &&
                   is_container_set_up(text, group, title)) {
            begin(index, columns.job, "Initialize containers", false);
        }
        steps_.back().last = index;
        line.step = static_cast<std::int32_t>(steps_.size()) - 1;

        if (opens_step) in_header_ = true;
        if (group || text.starts_with("##[endgroup]") || text.starts_with("##[section]")) {
            line.role = RawLine::Role::marker;
            if (!group) in_header_ = false;
        } else if (in_header_) {
            line.role = echoed ? RawLine::Role::script : RawLine::Role::header;
            is_action_ = is_action_ || text == "with:";
        } else if (!text.empty() && line.level != Level::debug) {
            printed_ = true;
        }
    }

private:
    static bool is_container_set_up(std::string_view, bool group, std::string_view title) {
        return group && (title == "Checking docker version" || title == "Starting job container");
    }

    void begin(std::size_t index, std::string_view job, std::string_view name, bool post) {
        const bool nested =
            !post && !steps_.empty() && steps_.back().name.starts_with("Run ") && !printed_ && is_action_;
        const auto parent = nested ? static_cast<std::int32_t>(steps_.size()) - 1 : -1;
        steps_.push_back({std::string{job}, std::string{trimmed(name)}, index, index, parent, post});
        in_header_ = false;
        printed_ = false;
        is_action_ = false;
    }

    std::vector<RawStep>& steps_;
    bool in_header_ = false;
    bool printed_ = false;    // the current step has output of its own
    bool is_action_ = false;  // its header has inputs, not a script
};

}  // namespace

RawLog RawLog::decode(std::string_view bytes) {
    RawLog log;
    log.text_.reserve(bytes.size());
    const bool tabbed = is_gh_run_view(bytes);
    StepCutter cutter{log.steps_};

    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        auto line = without_mark(bytes.substr(0, end));
        const Columns columns = tabbed ? columns_of(line) : Columns{{}, {}, line, false};
        line = without_mark(columns.rest);
        line.remove_prefix(stamp_length(line));
        line = after_overwrites(without_mark(line));
        const bool echoed = line.starts_with("\x1B[36;1m");

        RawLine entry;
        entry.offset = log.text_.size();
        append_visible(log.text_, line);
        std::string_view text = std::string_view{log.text_}.substr(entry.offset);
        const auto whole = text.size();
        entry.level = take_level(text);
        entry.offset += whole - text.size();
        entry.length = static_cast<std::uint32_t>(text.size());
        cutter.place(entry, log.lines_.size(), text, echoed, columns);
        log.lines_.push_back(entry);

        if (end == std::string_view::npos) break;
        bytes.remove_prefix(end + 1);
    }
    return log;
}

}  // namespace flux::logs
