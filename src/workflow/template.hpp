#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "base/result.hpp"
#include "workflow/expression.hpp"
#include "workflow/place.hpp"
#include "workflow/value.hpp"

namespace flux::workflow {

/// A scalar of a workflow file: a literal, or text with `${{ expressions }}`. Cheap to copy where it is a literal.
class Template {
public:
    using Part = std::variant<std::string, Expression>;

    /// Null.
    Template() = default;
    /// The value as it is, whatever it contains.
    explicit Template(Value literal) : literal_{std::move(literal)} {}
    explicit Template(Expression expression) { parts_.emplace_back(std::move(expression)); }
    /// Reads text with `${{ }}`. The error's offset counts from the start of `text`.
    static tl::expected<Template, ExpressionError> parse(std::string_view text);

    bool is_literal() const { return parts_.empty(); }
    /// Null unless is_literal().
    const Value& literal() const { return literal_; }
    const std::vector<Part>& parts() const { return parts_; }
    /// Whether it is one expression and nothing else: then the result keeps its kind.
    bool is_one_expression() const;
    /// The text as it was written.
    std::string source() const;

private:
    Value literal_;
    std::vector<Part> parts_;
};

/// The literal, the value of the one expression, or the whole as text.
Result<Value> evaluate(const Template& text, const Contexts& contexts);
/// The same, made text.
Result<std::string> evaluate_text(const Template& text, const Contexts& contexts);

/// A scalar with the place where it stands, which errors of evaluation name.
struct Field {
    Template value;
    Place place;
};

/// These name the line and column when they fail.
Result<Value> evaluate(const Field& field, const Contexts& contexts);
Result<std::string> evaluate_text(const Field& field, const Contexts& contexts);
/// A boolean, or the text `true` or `false`.
Result<bool> evaluate_boolean(const Field& field, const Contexts& contexts);
/// A finite number, or text that is one.
Result<double> evaluate_number(const Field& field, const Contexts& contexts);

/// Any part of a file that may hold expressions at its leaves: a matrix, for instance.
struct Tree {
    struct Member;
    using Sequence = std::vector<Tree>;
    using Mapping = std::vector<Member>;

    std::variant<Template, Sequence, Mapping> value;
    Place place;
};

struct Tree::Member {
    std::string name;
    Place place;
    Tree value;
};

/// Arrays and objects with every leaf evaluated.
Result<Value> evaluate(const Tree& tree, const Contexts& contexts);

}  // namespace flux::workflow
