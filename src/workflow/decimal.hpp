#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flux::workflow {

/// The number as .NET's invariant `G15` writes it: at most 15 digits, `1E+15`, `1E-05`; -0 is `0`.
std::string number_text(double number);

/// Text as the expression language reads numbers: blanks around it are nothing, empty is 0, otherwise decimal, `0x` and
/// `0o` (32 bits, as the runner takes them) or `Infinity`. NaN for anything else.
double text_number(std::string_view text);

/// Decimal digits with an optional sign, point and exponent, all of `text`. Too large is infinite, too small is 0.
std::optional<double> decimal(std::string_view text);

}  // namespace flux::workflow
