#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "admission/authority.hpp"
#include "base/result.hpp"

namespace flux::admission {

/// A web origin: scheme, host and port (RFC 6454), compared exactly.
struct Origin {
    std::string scheme;   ///< lower case
    Authority authority;  ///< its port is always set for http and https

    /// `https://example.com`, `http://localhost:5173`, and nothing behind it; `null` is no origin. `invalid_argument`
    /// says what an origin looks like.
    static Result<Origin> parse(std::string_view text);

    /// The origin of an http or https URL, e.g. of FLUX_PUBLIC_URL.
    static Result<Origin> of_url(std::string_view url);

    std::string text() const;

    bool operator==(const Origin&) const = default;
};

}  // namespace flux::admission
