#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "base/result.hpp"
#include "workflow/value.hpp"

namespace flux::workflow {

inline constexpr std::size_t max_expression_length = 21'000;
inline constexpr int max_expression_depth = 50;
/// What the values made during one evaluation may take together.
inline constexpr std::size_t max_expression_bytes = 10 * 1024 * 1024;

/// What is wrong with the text of an expression.
struct ExpressionError {
    std::size_t offset = 0;  ///< byte of the text where it starts
    std::string message;
};

/// The text between `${{` and `}}`, understood. Immutable and cheap to copy.
class Expression {
public:
    /// A context or function that the expression names, in lower case.
    struct Mention {
        std::string name;
        std::size_t offset = 0;
        std::size_t arguments = 0;  ///< that a function is given
    };

    static tl::expected<Expression, ExpressionError> parse(std::string_view text);

    const std::string& text() const;
    const std::vector<Mention>& contexts() const;
    const std::vector<Mention>& functions() const;
    /// Whether it calls success(), failure(), always() or cancelled(): then no `success() &&` is implied.
    bool asks_status() const;

    /// The tree, for the evaluator.
    struct Parsed;
    const Parsed& parsed() const { return *parsed_; }

private:
    explicit Expression(std::shared_ptr<const Parsed> parsed) : parsed_{std::move(parsed)} {}

    std::shared_ptr<const Parsed> parsed_;
};

/// The names of all contexts: github, env, vars, job, jobs, steps, runner, secrets, strategy, matrix, needs, inputs.
const std::vector<std::string>& context_names();
/// The names of all functions, as they are written.
const std::vector<std::string>& function_names();

enum class StatusFunction { success, failure, always, cancelled };

/// What an expression can see while it is evaluated. A context that wasn't set is null.
class Contexts {
public:
    /// Answers success(), failure() and cancelled(); `jobs` are the ids that the call names, usually none.
    using Status = std::function<bool(StatusFunction function, const std::vector<std::string>& jobs)>;
    /// Answers hashFiles(): the hex digest, or empty text where no file matches. `patterns` may begin with an option.
    using HashFiles = std::function<Result<std::string>(const std::vector<std::string>& patterns)>;

    /// Gives the context `name` (one of context_names()) its value; the last one counts.
    void set(std::string_view name, Value value);
    /// Null where it wasn't set.
    const Value& get(std::string_view name) const;

    Status status;         ///< absent: success() is true, failure() and cancelled() are false
    HashFiles hash_files;  ///< absent: the function is refused

private:
    std::vector<std::pair<std::string, Value>> values_;
};

/// Evaluates. `invalid_argument` names the expression, the place in it and what is wrong; `too_large` when it makes
/// more than max_expression_bytes.
Result<Value> evaluate(const Expression& expression, const Contexts& contexts);

}  // namespace flux::workflow
