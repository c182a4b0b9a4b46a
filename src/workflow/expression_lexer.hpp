#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "workflow/expression.hpp"
#include "workflow/value.hpp"

namespace flux::workflow {

/// A word of an expression. For the parser of this room alone.
struct Token {
    enum class Kind : std::uint8_t {
        open,
        close,
        open_index,
        close_index,
        comma,
        dot,
        star,
        bang,
        equal,
        unequal,
        less,
        less_or_equal,
        greater,
        greater_or_equal,
        both,
        either,
        literal,
        name,
        end,
    };

    Kind kind = Kind::end;
    std::size_t offset = 0;
    std::string_view text;  ///< of the expression
    Value value;            ///< of a literal
};

/// Cuts an expression into words; the last one is `end`.
tl::expected<std::vector<Token>, ExpressionError> tokens_of(std::string_view text);

}  // namespace flux::workflow
