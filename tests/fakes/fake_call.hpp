#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/tool.hpp"

namespace flux {

class FreeTurns final : public admission::Turns {
public:
    tl::expected<void, admission::TurnRefused> take() override { return {}; }
};

/// A call by `local` that remembers what it was told.
class FakeCall final : public mcp::Call {
public:
    std::vector<std::string> told;
    bool task = false;

    const admission::Visitor& visitor() const override { return visitor_; }
    std::chrono::steady_clock::time_point deadline() const override { return deadline_; }
    void progress(double, std::optional<double>, std::string_view message) override {
        told.emplace_back(message);
        if (on_progress) on_progress();
    }
    bool is_task() const override { return task; }

    std::function<void()> on_progress;

private:
    admission::Visitor visitor_{"local", true, std::make_shared<FreeTurns>()};
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + std::chrono::seconds{55};
};

}  // namespace flux
