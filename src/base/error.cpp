#include "base/error.hpp"

namespace flux {

const char* name_of(Errc code) {
    switch (code) {
    case Errc::invalid_argument: return "invalid_argument";
    case Errc::unauthenticated: return "unauthenticated";
    case Errc::forbidden: return "forbidden";
    case Errc::not_found: return "not_found";
    case Errc::conflict: return "conflict";
    case Errc::rate_limited: return "rate_limited";
    case Errc::too_large: return "too_large";
    case Errc::unsupported: return "unsupported";
    case Errc::upstream_failed: return "upstream_failed";
    case Errc::unavailable: return "unavailable";
    case Errc::timed_out: return "timed_out";
    case Errc::cancelled: return "cancelled";
    case Errc::internal: return "internal";
    }
    return "internal";
}

}  // namespace flux
