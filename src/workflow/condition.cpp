#include "workflow/condition.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/text.hpp"

namespace flux::workflow {

namespace {

bool asks_status(const Template& value) {
    return std::ranges::any_of(value.parts(), [](const Template::Part& part) {
        const auto* expression = std::get_if<Expression>(&part);
        return expression != nullptr && expression->asks_status();
    });
}

ExpressionError shifted(ExpressionError error, std::size_t by) {
    error.offset += by;
    return error;
}

bool is_success(const Contexts& contexts) { return !contexts.status || contexts.status(StatusFunction::success, {}); }

}  // namespace

tl::expected<Condition, ExpressionError> Condition::parse(std::string_view text, Place place) {
    Condition condition;
    condition.place = place;
    const auto inner = trimmed(text);
    const auto skipped = static_cast<std::size_t>(inner.data() - text.data());
    if (inner.empty()) {  // as GitHub: success()
        condition.value = Template{Value{true}};
        return condition;
    }
    if (inner.find("${{") == std::string_view::npos) {
        auto expression = Expression::parse(inner);
        if (!expression) return tl::unexpected{shifted(std::move(expression.error()), skipped)};
        condition.value = Template{*std::move(expression)};
    } else {
        auto value = Template::parse(inner);
        if (!value) return tl::unexpected{shifted(std::move(value.error()), skipped)};
        condition.value = *std::move(value);
    }
    condition.implies_success = !asks_status(condition.value);
    return condition;
}

bool Condition::is_text() const { return value.parts().size() > 1; }

Result<bool> holds(const std::optional<Condition>& condition, const Contexts& contexts) {
    if (!condition) return is_success(contexts);
    if (condition->implies_success && !is_success(contexts)) return false;
    return evaluate(Field{condition->value, condition->place}, contexts).map(is_truthy);
}

}  // namespace flux::workflow
