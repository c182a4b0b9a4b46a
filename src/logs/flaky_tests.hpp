#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "logs/candidates.hpp"

namespace flux::logs {

/// Playwright shows of a test that failed first and passed at another attempt all that it shows of one that failed, and
/// only at the end lists it as flaky, which fails no run. Follows one step.
class FlakyTests {
public:
    /// A line without what wraps it.
    void see(std::string_view text, std::size_t line);

    /// Lowers what is said of those tests in `found`; where nothing better explains, it is believed all the same.
    void settle(std::vector<Candidate>& found) const;

private:
    struct Block {
        std::size_t line = 0;
        std::string test;
    };

    /// The last block that begins at or before `line`, or nullptr.
    const Block* block_of(std::size_t line) const;

    std::vector<Block> blocks_;  ///< what is shown of a test that failed, in the order of the log
    std::set<std::string> flaky_;
    std::set<std::size_t> listed_;  ///< lines that list them
    std::size_t summary_ = 0;       ///< where the counts begin behind the last block
    bool lists_ = false;
};

}  // namespace flux::logs
