#pragma once

#include <chrono>
#include <memory>

#include "admission/visitor.hpp"

namespace flux {

/// As many turns as a test says.
class CountedTurns final : public admission::Turns {
public:
    explicit CountedTurns(int left = 1'000'000) : left_{left} {}

    tl::expected<void, admission::TurnRefused> take() override {
        ++asked;
        if (left_-- > 0) return {};
        using std::chrono::milliseconds;
        const std::chrono::sys_time<milliseconds> reset{milliseconds{1'700'000'000'123}};
        return tl::unexpected{admission::TurnRefused{milliseconds{2500}, reset, 30}};
    }

    int asked = 0;

private:
    int left_;
};

inline admission::Visitor visitor_with(std::shared_ptr<admission::Turns> turns, std::string principal = "local") {
    return {.principal = std::move(principal), .authenticated = true, .turns = std::move(turns)};
}

inline admission::Visitor some_visitor(std::string principal = "local") {
    return visitor_with(std::make_shared<CountedTurns>(), std::move(principal));
}

}  // namespace flux
