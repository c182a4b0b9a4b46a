#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace flux::providers::local {

/// How values stand in the records: times as microseconds since the epoch, lists as JSON.

std::int64_t to_field(WallTime time);
std::optional<std::int64_t> to_field(std::optional<WallTime> time);
WallTime time_from(std::int64_t field);
std::optional<WallTime> time_from(std::optional<std::int64_t> field);

std::string list_to_field(const std::vector<std::string>& texts);
std::vector<std::string> list_from(std::string_view field);

std::string pairs_to_field(const std::vector<std::pair<std::string, std::string>>& pairs);
std::vector<std::pair<std::string, std::string>> pairs_from(std::string_view field);

}  // namespace flux::providers::local
