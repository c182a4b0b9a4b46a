#include "app/version.hpp"

namespace flux::app {

std::string_view version() { return FLUX_VERSION; }

}  // namespace flux::app
