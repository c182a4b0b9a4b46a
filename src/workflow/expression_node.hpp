#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "workflow/value.hpp"

namespace flux::workflow {

enum class Function : std::uint8_t {
    contains,
    starts_with,
    ends_with,
    format,
    join,
    to_json,
    from_json,
    case_of,
    hash_files,
    success,
    failure,
    always,
    cancelled,
};

enum class Comparison : std::uint8_t { equal, unequal, less, less_or_equal, greater, greater_or_equal };

/// A node of a parsed expression. For the parser and the evaluator of this room alone.
struct ExpressionNode {
    enum class Kind : std::uint8_t {
        literal,      ///< `literal`
        context,      ///< `name`
        call,         ///< `function` with the children as arguments
        index,        ///< first child, by the second
        filter,       ///< first child `.*`
        negation,     ///< of the child
        comparisons,  ///< children compared from left to right: a chain, so that a long one is not deep
        all,          ///< `&&` over the children
        any,          ///< `||` over the children
    };

    Kind kind = Kind::literal;
    std::size_t offset = 0;  ///< byte of the text
    Value literal;
    std::string name;  ///< in lower case
    Function function = Function::always;
    std::vector<Comparison> comparisons;  ///< one fewer than children
    std::vector<ExpressionNode> children;
};

}  // namespace flux::workflow
