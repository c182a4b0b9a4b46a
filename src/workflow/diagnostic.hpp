#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "workflow/place.hpp"

namespace flux::workflow {

/// Something about a file that its author should know.
struct Diagnostic {
    Place place;
    std::string message;  ///< what is wrong
    std::string cure;     ///< what to do about it; may be empty

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// `deploy.yml:12:7: message cure`.
std::string to_line(const Diagnostic& diagnostic, std::string_view file_name);

/// All of them as one error for a client, one a line.
Error to_error(const Diagnostics& diagnostics, std::string_view file_name, Errc code, std::string reason);

}  // namespace flux::workflow
