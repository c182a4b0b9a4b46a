#pragma once

#include <string>
#include <string_view>

namespace flux::previews {

/// `branch` as a DNS label: `[a-z0-9-]`, at most 63 characters, the same each time. A name that had to be changed, or
/// that looks like another's slug or a site's id, ends in a hash of the branch, so that two branches don't meet.
std::string slug_of(std::string_view branch);

/// Whether `text` has the form of a site's id: `r12-0123456789`.
bool looks_like_site_id(std::string_view text);

/// Whether `text` can be the label of a preview: 1 to 63 of `[a-z0-9-]`, no hyphen at either end.
bool is_label(std::string_view text);

}  // namespace flux::previews
