#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace flux::providers::github {

/// The JSON Web Token that a GitHub App signs in with: RS256, issued a minute ago against clocks that differ, good for
/// nine minutes (ten are allowed). `invalid_argument` when `key` is no RSA private key in PEM.
Result<Secret> app_token(const std::string& app_id, const Secret& key, WallTime now);

}  // namespace flux::providers::github
