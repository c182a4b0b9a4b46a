#pragma once

#include <optional>
#include <string_view>

namespace flux::mcp {

/// The revisions of the protocol that are spoken here, the oldest first, so that they compare by age.
enum class Revision { november_2024, march_2025, june_2025, november_2025, july_2026 };

/// From here on every request speaks for itself; before, a connection or session opens with a handshake.
inline constexpr Revision first_stateless = Revision::july_2026;

/// What is offered to a client that asks for a revision with a handshake that isn't known here.
inline constexpr Revision newest_with_handshake = Revision::november_2025;

/// From here on clients take an event that carries an id and nothing else, with which a stream begins.
inline constexpr Revision first_with_empty_events = Revision::november_2025;

/// What is spoken with a client that says nothing at all.
inline constexpr Revision assumed_revision = Revision::march_2025;

/// `2025-11-25`: its name on the wire.
std::string_view name_of(Revision revision);

std::optional<Revision> revision_named(std::string_view name);

}  // namespace flux::mcp
