#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "previews/site.hpp"

namespace flux::previews {

/// A site as the store writes it down: one `name value` a line. What names it knows not, a reader skips.
std::string to_record(const Site& site);

/// The site of a record; nothing if it is damaged.
std::optional<Site> from_record(std::string_view text);

}  // namespace flux::previews
