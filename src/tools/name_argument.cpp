#include "tools/name_argument.hpp"

namespace flux::tools {

Result<std::optional<std::string>> name_or_number(const json::Arguments& arguments, std::string_view name) {
    if (const auto number = arguments.find(name).integer()) return std::to_string(*number);
    return arguments.optional_text(name);
}

}  // namespace flux::tools
