#pragma once

#include <span>

#include "page/page_files.hpp"

namespace flux::page {

/// The web page as this binary was built with it: made of `web/` by setup/page.
std::span<const PageFile> baked_files();

}  // namespace flux::page
