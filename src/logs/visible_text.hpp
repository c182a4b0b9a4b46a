#pragma once

#include <string>
#include <string_view>

#include "logs/line_cleaner.hpp"

namespace flux::logs {

/// One line of text from outside as a reader may see it: what LineCleaner makes of it, without looking for secrets. For
/// names and sentences that are no log, and for lines that were cleaned when they were stored.
std::string visible_text(std::string_view line, Escapes keep);

}  // namespace flux::logs
