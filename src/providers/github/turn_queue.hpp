#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "async/changes.hpp"
#include "base/clock.hpp"

namespace flux::providers::github {

/// One request that waits to be sent.
struct Turn {
    std::string principal;  ///< who asks; empty: the server itself, e.g. its watches over runs
    int points = 1;         ///< what it costs
    SteadyTime gives_up_at{};
    async::Changes called = {};  ///< bumped when it is the next to go
};

/// Who waits for a turn, and whose is next: one request of each principal after the other, and each principal's own in
/// the order in which they came. Not thread-safe.
class TurnQueue {
public:
    /// At the end of its principal's line.
    void push(std::shared_ptr<Turn> turn);

    /// The next one to go; nullptr when nobody waits.
    const Turn* next() const;

    /// Takes it out. Where it was the next one to go and went, its principal's line stands behind all others now.
    void remove(const Turn& turn, bool went);

    /// What goes before it costs, in points, if nobody else comes.
    int points_before(const Turn& turn) const;
    /// The same for one more of `principal`, who isn't here yet.
    int points_before_another(const std::string& principal) const;

    std::size_t size() const { return size_; }

    /// Tells the next one that it is.
    void call_next();

private:
    struct Line {
        std::string principal;
        std::deque<std::shared_ptr<Turn>> turns;  ///< never empty
    };
    using Lines = std::deque<Line>;

    int points_before(std::size_t line, std::size_t place) const;

    Lines lines_;  ///< in the order in which they have their turn
    std::size_t size_ = 0;
};

}  // namespace flux::providers::github
