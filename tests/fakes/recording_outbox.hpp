#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mcp/outbox.hpp"

namespace flux {

/// Remembers everything that was said.
class RecordingOutbox final : public mcp::Outbox {
public:
    void send(std::string_view message) override { sent.emplace_back(message); }
    void respond(std::string_view message, const mcp::Delivery& delivery) override {
        responses.emplace_back(message);
        deliveries.push_back(delivery);
    }
    bool congested() const override { return slow; }

    /// The only response so far; empty if there are none or many.
    std::string only() const { return responses.size() == 1 ? responses.front() : std::string{}; }
    int status() const { return deliveries.empty() ? 0 : deliveries.back().http_status; }

    std::vector<std::string> sent;
    std::vector<std::string> responses;
    std::vector<mcp::Delivery> deliveries;
    bool slow = false;
};

}  // namespace flux
