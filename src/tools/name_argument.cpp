#include "tools/name_argument.hpp"

#include <boost/json/value.hpp>

namespace flux::tools {

Result<std::optional<std::string>> name_or_number(const json::Arguments& arguments, std::string_view name) {
    if (const auto* value = arguments.find(name)) {
        if (const auto* number = value->if_int64()) return std::to_string(*number);
    }
    return arguments.optional_text(name);
}

}  // namespace flux::tools
