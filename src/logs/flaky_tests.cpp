#include "logs/flaky_tests.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace flux::logs {

namespace {

constexpr std::size_t most_tests = 2000;
constexpr std::size_t longest_count = 24;
constexpr int hardly = 12;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

void FlakyTests::see(std::string_view text, std::size_t line) {
    static const RE2 counted{R"(^\d+ (failed|flaky)$)"};
    // `  1) [chromium] › a.spec.ts:3:5 › adds ────`: begins what is shown of a test; without the number it is listed.
    static const RE2 named{R"(^(\d+\) )?(\[[^\]]+\] › .*?)[ ─]*$)"};
    if (text.find("›") == std::string_view::npos) {
        lists_ = false;
        if (text.size() > longest_count || !RE2::PartialMatch(piece(text), counted)) return;
        lists_ = text.ends_with("flaky");
        if (summary_ == 0) summary_ = line;
        return;
    }
    std::string number;
    std::string test;
    if (!RE2::PartialMatch(piece(text), named, &number, &test)) return;
    if (!number.empty()) {
        if (blocks_.size() < most_tests) blocks_.push_back({line, std::move(test)});
        summary_ = 0;
    } else if (lists_ && flaky_.size() < most_tests) {
        flaky_.insert(std::move(test));
        listed_.insert(line);
    }
}

const FlakyTests::Block* FlakyTests::block_of(std::size_t line) const {
    const auto behind = std::upper_bound(blocks_.begin(), blocks_.end(), line,
                                         [](std::size_t at, const Block& block) { return at < block.line; });
    return behind == blocks_.begin() ? nullptr : &*std::prev(behind);
}

void FlakyTests::settle(std::vector<Candidate>& found) const {
    if (flaky_.empty()) return;
    for (auto& candidate : found) {
        const auto* const block = block_of(candidate.line);
        const bool is_shown = candidate.line < summary_ && block != nullptr && flaky_.contains(block->test);
        if ((!is_shown && !listed_.contains(candidate.line)) || candidate.weight <= hardly) continue;
        candidate.weight_if_alone = candidate.weight;
        candidate.weight = hardly;
        candidate.cause.test.clear();
    }
}

}  // namespace flux::logs
