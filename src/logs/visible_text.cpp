#include "logs/visible_text.hpp"

namespace flux::logs {

std::string visible_text(std::string_view line, Escapes keep) {
    LineCleaner cleaner{keep, {.known = nullptr, .by_shape = false}};
    return std::string{cleaner.clean(line).text};
}

}  // namespace flux::logs
