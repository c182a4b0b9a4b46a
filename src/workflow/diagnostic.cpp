#include "workflow/diagnostic.hpp"

#include <utility>

#include <fmt/format.h>

namespace flux::workflow {

std::string to_line(const Diagnostic& diagnostic, std::string_view file_name) {
    return fmt::format("{}:{}:{}: {}{}{}", file_name, diagnostic.place.line, diagnostic.place.column,
                       diagnostic.message, diagnostic.cure.empty() ? "" : " ", diagnostic.cure);
}

Error to_error(const Diagnostics& diagnostics, std::string_view file_name, Errc code, std::string reason) {
    std::string message;
    for (const auto& diagnostic : diagnostics) {
        if (!message.empty()) message += '\n';
        message += to_line(diagnostic, file_name);
    }
    return {code, std::move(message), std::move(reason), {}};
}

}  // namespace flux::workflow
