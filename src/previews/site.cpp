#include "previews/site.hpp"

namespace flux::previews {

const char* name_of(SiteState state) {
    switch (state) {
    case SiteState::served: return "served";
    case SiteState::expired: return "expired";
    case SiteState::removed: return "removed";
    }
    return "removed";
}

}  // namespace flux::previews
