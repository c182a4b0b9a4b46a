#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "builds/run.hpp"

namespace flux::providers::github {

/// GitHub's payloads are at most 25 MB; those about runs are far below this.
inline constexpr std::size_t largest_webhook = std::size_t{4} * 1024 * 1024;

/// Whether `signature` (`sha256=` and 64 hex digits) is that of the bytes as they came, with this secret. In constant
/// time (docs.github.com, "Validating webhook deliveries").
bool is_signed(const Secret& secret, std::string_view body, std::string_view signature);

/// The run that a delivery of that event speaks of, if it is one of `repository` (`owner/name`).
std::optional<builds::RunId> run_of_event(std::string_view event, std::string_view body, std::string_view repository);

/// Remembers the deliveries of late, to know one that comes again: GitHub keeps a delivery's id when it is redelivered.
/// Thread-safe.
class Deliveries {
public:
    /// Whether it comes for the first time.
    bool take(std::string_view id);

private:
    std::mutex mutex_;
    std::set<std::string, std::less<>> seen_;
    std::deque<std::string> order_;
};

}  // namespace flux::providers::github
