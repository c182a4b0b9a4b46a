#pragma once

#include <optional>
#include <string_view>

#include <tl/expected.hpp>

#include "base/result.hpp"
#include "workflow/expression.hpp"
#include "workflow/place.hpp"
#include "workflow/template.hpp"

namespace flux::workflow {

/// An `if`. `${{ }}` around the whole is optional; without a status function `success() &&` is implied.
struct Condition {
    /// The error's offset counts from the start of `text`.
    static tl::expected<Condition, ExpressionError> parse(std::string_view text, Place place);

    /// Whether it has text around its `${{ }}`, which makes it true whatever the expression says.
    bool is_text() const;

    Template value;
    bool implies_success = true;
    Place place;
};

/// Whether the job or step may run; an absent condition is `success()`. Names the line and column when it fails.
Result<bool> holds(const std::optional<Condition>& condition, const Contexts& contexts);

}  // namespace flux::workflow
