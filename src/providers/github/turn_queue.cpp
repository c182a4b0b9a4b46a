#include "providers/github/turn_queue.hpp"

#include <algorithm>
#include <utility>

namespace flux::providers::github {

void TurnQueue::push(std::shared_ptr<Turn> turn) {
    auto line = std::ranges::find(lines_, turn->principal, &Line::principal);
    if (line == lines_.end()) {
        lines_.push_back({.principal = turn->principal, .turns = {}});
        line = std::prev(lines_.end());
    }
    line->turns.push_back(std::move(turn));
    ++size_;
}

const Turn* TurnQueue::next() const { return lines_.empty() ? nullptr : lines_.front().turns.front().get(); }

void TurnQueue::remove(const Turn& turn, bool went) {
    const auto line = std::ranges::find(lines_, turn.principal, &Line::principal);
    if (line == lines_.end()) return;
    const auto place = std::ranges::find(line->turns, &turn, &std::shared_ptr<Turn>::get);
    if (place == line->turns.end()) return;
    line->turns.erase(place);
    --size_;
    if (line->turns.empty()) {
        lines_.erase(line);
    } else if (went) {
        std::rotate(line, std::next(line), lines_.end());
    }
}

int TurnQueue::points_before(std::size_t line, std::size_t place) const {
    int points = 0;
    for (std::size_t other = 0; other < lines_.size(); ++other) {
        // Of those that stand before it one more than of its own has gone by then.
        const auto& turns = lines_[other].turns;
        const auto gone = std::min(turns.size(), other < line ? place + 1 : place);
        for (std::size_t i = 0; i < gone; ++i) points += turns[i]->points;
    }
    return points;
}

int TurnQueue::points_before(const Turn& turn) const {
    const auto line = std::ranges::find(lines_, turn.principal, &Line::principal);
    if (line == lines_.end()) return 0;
    const auto place = std::ranges::find(line->turns, &turn, &std::shared_ptr<Turn>::get);
    return points_before(static_cast<std::size_t>(line - lines_.begin()),
                         static_cast<std::size_t>(place - line->turns.begin()));
}

int TurnQueue::points_before_another(const std::string& principal) const {
    const auto line = std::ranges::find(lines_, principal, &Line::principal);
    return points_before(static_cast<std::size_t>(line - lines_.begin()),
                         line == lines_.end() ? 0 : line->turns.size());
}

void TurnQueue::call_next() {
    if (!lines_.empty()) lines_.front().turns.front()->called.bump();
}

}  // namespace flux::providers::github
