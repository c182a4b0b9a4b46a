#include "logs/job_log_search.hpp"

#include <algorithm>
#include <bitset>
#include <cstring>
#include <string>
#include <string_view>

#include "logs/line_cleaner.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 19U;
/// With more texts to look for, a look at each line costs less.
constexpr std::size_t most_texts = 8;
constexpr std::string_view key_name = "PRIVATE KEY";

/// How many lines end in `text`.
std::int64_t line_ends(std::string_view text) {
    constexpr std::size_t stretch = 128;
    std::int64_t count = 0;
    std::size_t at = 0;
    for (; at + stretch <= text.size(); at += stretch) {
        // In eight bits and without a branch, so that it becomes vector instructions.
        std::uint8_t here = 0;
        for (std::size_t i = 0; i < stretch; ++i) here = static_cast<std::uint8_t>(here + (text[at + i] == '\n'));
        count += here;
    }
    return count + std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), '\n');
}

void to_lower_case(std::string_view text, std::string& lower) {
    lower.resize(text.size());
    // Compared as signed characters, so that it becomes vector instructions.
    std::transform(text.begin(), text.end(), lower.begin(),
                   [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 0x20 : c); });
}

/// The texts of which a line has to hold one in order to match, as they can be looked for in what is stored.
class Needles {
public:
    explicit Needles(const LinePattern& pattern) : any_case_{pattern.required().empty()} {
        const auto& required = any_case_ ? pattern.required_in_any_case() : pattern.required();
        if (required.size() > most_texts) return;
        for (const auto& each : required) {
            const auto text = without_masks(each);
            if (text.empty()) {
                texts_.clear();
                return;
            }
            texts_.emplace_back(text);
        }
        for (const auto& text : texts_) {
            for (std::size_t i = 0; i + 1 < text.size(); ++i) beginnings_.set(static_cast<unsigned char>(text[i]));
        }
    }

    bool empty() const { return texts_.empty(); }
    bool any_case() const { return any_case_; }
    const std::vector<std::string>& texts() const { return texts_; }

    /// Whether one of them may begin before `at` and go on behind what is taken out there.
    bool begins_before(std::string_view text, std::size_t at) const {
        if (at == 0 || !beginnings_.test(static_cast<unsigned char>(text[at - 1]))) return false;
        const auto before = text.substr(0, at);
        return std::any_of(texts_.begin(), texts_.end(), [before](std::string_view needle) {
            for (auto length = needle.size() - 1; length > 0; --length) {
                // Mostly it is another character; a look at that one costs less than a call.
                if (needle[length - 1] == before.back() && before.ends_with(needle.substr(0, length))) return true;
            }
            return false;
        });
    }

private:
    /// The longest part of `text` that holds nothing of a mask: what cleaning hides, it can't find where it was.
    static std::string_view without_masks(std::string_view text) {
        std::string_view longest;
        while (!text.empty()) {
            const auto part = text.substr(0, text.find('*'));
            if (part.size() > longest.size()) longest = part;
            text.remove_prefix(std::min(part.size() + 1, text.size()));
        }
        return longest;
    }

    bool any_case_ = false;
    std::vector<std::string> texts_;
    std::bitset<256> beginnings_;  ///< of all texts, every byte but the last
};

/// Finds the places in a block of whole lines whose lines may match: every line that does has one of them in it.
class Places {
public:
    explicit Places(const Needles& needles) : needles_{needles} {}

    /// In ascending order. Good until the next call.
    const std::vector<std::size_t>& find(std::string_view block) {
        found_.clear();
        auto text = block;
        if (needles_.any_case()) {
            to_lower_case(block, lower_);
            text = lower_;
        }
        for (const auto& needle : needles_.texts()) find_needle(text, needle);
        find_escapes(text);
        for (auto at = next_unclean(text, 0); at < text.size(); at = next_unclean(text, at)) at = note(text, at);
        std::sort(found_.begin(), found_.end());
        return found_;
    }

private:
    /// Returns where the next line begins: one place in each will do.
    std::size_t note(std::string_view text, std::size_t at) {
        found_.push_back(at);
        return text.find('\n', at) + 1;
    }

    void find_needle(std::string_view text, std::string_view needle) {
        for (std::size_t at = 0; at < text.size();) {
            const auto* hit = ::memmem(text.data() + at, text.size() - at, needle.data(), needle.size());
            if (hit == nullptr) return;
            at = note(text, static_cast<std::size_t>(static_cast<const char*>(hit) - text.data()));
        }
    }

    /// A colour in the middle of a word keeps the word from being found.
    void find_escapes(std::string_view text) {
        for (auto at = text.find('\x1b'); at < text.size();) {
            const auto next = needles_.begins_before(text, at) ? note(text, at) : at + 1;
            at = text.find('\x1b', next);
        }
    }

    const Needles& needles_;
    std::vector<std::size_t> found_;
    std::string lower_;
};

class BlockSearch {
public:
    BlockSearch(const LinePattern& pattern, const LineSearch& search)
        : pattern_{pattern}, limit_{search.limit}, needles_{pattern}, places_{needles_} {
        found_.next_line = search.first_line;
    }

    /// `block`: the whole lines that follow.
    void look_at(std::string_view block) {
        // What the lines of a private key are shown as depends on those before them.
        if (needles_.empty() || cleaner_.inside_key()) return look_at_each_line(block);
        const auto& places = places_.find(block);
        if (!places.empty() && block.find(key_name) != std::string_view::npos) return look_at_each_line(block);
        std::size_t begin = 0;
        for (const auto place : places) {
            if (place < begin) continue;
            const auto before = block.substr(begin, place - begin);
            found_.next_line += line_ends(before);
            const auto feed = before.rfind('\n');
            if (feed != std::string_view::npos) begin += feed + 1;
            begin = look_at_line(block, begin);
        }
        found_.next_line += line_ends(block.substr(begin));
    }

    const FoundLines& found() const { return found_; }

private:
    void look_at_each_line(std::string_view block) {
        for (std::size_t at = 0; at < block.size();) at = look_at_line(block, at);
    }

    /// Returns where the next line begins.
    std::size_t look_at_line(std::string_view block, std::size_t begin) {
        const auto end = block.find('\n', begin);
        auto line = block.substr(begin, end - begin);
        line.remove_prefix(std::min(line.size(), stamp_bytes));
        if (pattern_.matches(cleaner_.clean(line).text)) found_.add(found_.next_line, limit_);
        ++found_.next_line;
        return end + 1;
    }

    const LinePattern& pattern_;
    const std::size_t limit_;
    const Needles needles_;
    Places places_;
    LineCleaner cleaner_{Escapes::none, {.known = nullptr, .by_shape = true}};
    FoundLines found_;
};

Error unfit(std::int64_t line) {
    return {
        Errc::internal, "The index of this log doesn't fit its text before line " + std::to_string(line) + ".", {}, {}};
}

Result<LogRecord> record_of(const JobLogFiles& files, std::int64_t line) {
    auto records = files.read_records(line - 1, 1);
    if (!records) return fail(std::move(records.error()));
    if (records->empty()) return fail(unfit(line));
    return records->front();
}

std::uint64_t end_of(const LogRecord& record) { return record.offset + record.length + 1; }

}  // namespace

Result<FoundLines> search_lines(const JobLogFiles& files, const LinePattern& pattern, const LineSearch& search) {
    auto window = search;
    window.first_line = std::max<std::int64_t>(search.first_line, 1);
    window.last_line = std::min(search.last_line, files.records());
    BlockSearch blocks{pattern, window};
    if (window.first_line > window.last_line) return blocks.found();
    const auto first = record_of(files, window.first_line);
    if (!first) return fail(first.error());
    const auto last = record_of(files, window.last_line);
    if (!last) return fail(last.error());
    const auto begin = first->offset;
    const auto end = end_of(*last);
    if (end <= begin) return fail(unfit(window.last_line + 1));

    auto at = begin;
    while (at < end && (at == begin || at - begin < search.max_bytes)) {
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(block_bytes, end - at));
        const auto text = files.read_text(at, length);
        if (!text) return fail(text.error());
        const auto whole = text->rfind('\n') + 1;
        if (whole == 0) return fail(unfit(blocks.found().next_line));
        blocks.look_at(std::string_view{*text}.substr(0, whole));
        at += whole;
    }
    // Lines were counted without their records: both have to come to the same.
    const auto reached = record_of(files, blocks.found().next_line - 1);
    if (!reached) return fail(reached.error());
    if (end_of(*reached) != at) return fail(unfit(blocks.found().next_line));
    return blocks.found();
}

}  // namespace flux::logs
