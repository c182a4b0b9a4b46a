#include "mcp/revision.hpp"

#include <algorithm>
#include <array>

namespace flux::mcp {

namespace {

constexpr std::array<std::string_view, 5> names{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"};

}  // namespace

std::string_view name_of(Revision revision) { return names[static_cast<std::size_t>(revision)]; }

std::optional<Revision> revision_named(std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return {};
    return static_cast<Revision>(found - names.begin());
}

}  // namespace flux::mcp
