#pragma once

#include <string_view>

namespace flux::page {

/// How much a reader wants `coding` by its `Accept-Encoding` (RFC 9110, 12.5.3): 0 (never) to 1000. A coding that isn't
/// named is not wanted, unless by `*`; `identity` is, as long as nothing says otherwise.
int wish_for(std::string_view accept_encoding, std::string_view coding);

}  // namespace flux::page
