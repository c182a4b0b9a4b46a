#pragma once

#include <tl/expected.hpp>

#include "base/error.hpp"

namespace flux {

/// A value, or the reason why there is none. The names are those of C++23's `std::expected`, so that one day this alias
/// changes and nothing else.
template <class T>
using Result = tl::expected<T, Error>;

inline auto fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

inline auto fail(Errc code, std::string message, std::string reason = {}) {
    return tl::unexpected<Error>(Error{code, std::move(message), std::move(reason), {}});
}

}  // namespace flux
