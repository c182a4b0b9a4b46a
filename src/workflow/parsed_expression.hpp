#pragma once

#include <string>
#include <vector>

#include "workflow/expression.hpp"
#include "workflow/expression_node.hpp"

namespace flux::workflow {

/// What an Expression holds. For the parser and the evaluator of this room alone.
struct Expression::Parsed {
    std::string text;
    ExpressionNode root;
    std::vector<Mention> contexts;
    std::vector<Mention> functions;
};

}  // namespace flux::workflow
