#pragma once

#include <cstdint>
#include <string>

namespace flux::providers::local {

struct ProbeAnswer {
    bool reachable = false;
    bool answered = false;  ///< by HTTP, whatever it said
    std::string reason;     ///< why it isn't reachable
};

/// Asks the preview port of this machine for the front page of `url`. Takes at most two seconds.
ProbeAnswer probe_preview(std::uint16_t port, const std::string& url);

}  // namespace flux::providers::local
