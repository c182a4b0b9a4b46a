#include "workflow/template.hpp"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"

namespace flux::workflow {

namespace {

constexpr std::string_view opening = "${{";
constexpr std::string_view closing = "}}";

/// Where the `}}` of an expression stands that starts at `from`: one inside quotes doesn't count.
std::size_t closing_of(std::string_view text, std::size_t from) {
    bool quoted = false;
    for (auto at = from; at < text.size(); ++at) {
        if (text[at] == '\'') quoted = !quoted;
        if (!quoted && text.substr(at).starts_with(closing)) return at;
    }
    return std::string_view::npos;
}

Error placed(Error error, Place place) {
    error.message = fmt::format("Line {}, column {}: {}", place.line, place.column, error.message);
    return error;
}

Result<Value> members_of(const Tree::Mapping& members, const Contexts& contexts) {
    Object object;
    for (const auto& member : members) {
        auto value = evaluate(member.value, contexts);
        if (!value) return value;
        object.set(member.name, *std::move(value));
    }
    return Value{std::move(object)};
}

Result<Value> items_of(const Tree::Sequence& trees, const Contexts& contexts) {
    Value::Array items;
    for (const auto& tree : trees) {
        auto value = evaluate(tree, contexts);
        if (!value) return value;
        items.push_back(*std::move(value));
    }
    return Value{std::move(items)};
}

}  // namespace

tl::expected<Template, ExpressionError> Template::parse(std::string_view text) {
    Template result;
    for (std::size_t at = 0; at < text.size();) {
        const auto start = text.find(opening, at);
        if (start == std::string_view::npos) {
            if (result.parts_.empty()) break;
            result.parts_.emplace_back(std::string{text.substr(at)});
            return result;
        }
        if (start > at) result.parts_.emplace_back(std::string{text.substr(at, start - at)});
        const auto inner = start + opening.size();
        const auto end = closing_of(text, inner);
        if (end == std::string_view::npos)
            return tl::unexpected{ExpressionError{start, "The expression that starts here is not closed by `}}`."}};
        auto expression = Expression::parse(text.substr(inner, end - inner));
        if (!expression) {
            expression.error().offset += inner;
            return tl::unexpected{std::move(expression.error())};
        }
        result.parts_.emplace_back(*std::move(expression));
        at = end + closing.size();
    }
    if (result.parts_.empty()) result.literal_ = Value{text};
    return result;
}

bool Template::is_one_expression() const { return parts_.size() == 1 && std::holds_alternative<Expression>(parts_[0]); }

std::string Template::source() const {
    if (is_literal()) return to_string(literal_);
    std::string text;
    for (const auto& part : parts_) {
        if (const auto* plain = std::get_if<std::string>(&part)) {
            text += *plain;
        } else {
            text.append(opening).append(std::get<Expression>(part).text()).append(closing);
        }
    }
    return text;
}

Result<Value> evaluate(const Template& text, const Contexts& contexts) {
    if (text.is_literal()) return text.literal();
    if (text.is_one_expression()) return evaluate(std::get<Expression>(text.parts().front()), contexts);
    std::string whole;
    for (const auto& part : text.parts()) {
        if (const auto* plain = std::get_if<std::string>(&part)) {
            whole += *plain;
        } else {
            auto value = evaluate(std::get<Expression>(part), contexts);
            if (!value) return value;
            whole += to_string(*value);
        }
        if (whole.size() > max_expression_bytes) {
            return fail(Errc::too_large,
                        fmt::format("The text `{}` grows beyond {} MiB.", shortened(text.source(), 200),
                                    max_expression_bytes / (1024 * 1024)));
        }
    }
    return Value{std::move(whole)};
}

Result<std::string> evaluate_text(const Template& text, const Contexts& contexts) {
    return evaluate(text, contexts).map([](const Value& value) { return to_string(value); });
}

Result<Value> evaluate(const Field& field, const Contexts& contexts) {
    return evaluate(field.value, contexts).map_error([&](Error error) {
        return placed(std::move(error), field.place);
    });
}

Result<std::string> evaluate_text(const Field& field, const Contexts& contexts) {
    return evaluate(field, contexts).map([](const Value& value) { return to_string(value); });
}

Result<bool> evaluate_boolean(const Field& field, const Contexts& contexts) {
    const auto value = evaluate(field, contexts);
    if (!value) return fail(value.error());
    if (value->kind() == Value::Kind::boolean) return value->boolean();
    const auto text = to_string(*value);
    if (text == "true") return true;
    if (text == "false") return false;
    return fail(
        placed({Errc::invalid_argument, fmt::format("`{}` has to be true or false, not `{}`.",
                                                    shortened(field.value.source(), 100), shortened(text, 100))},
               field.place));
}

Result<double> evaluate_number(const Field& field, const Contexts& contexts) {
    const auto value = evaluate(field, contexts);
    if (!value) return fail(value.error());
    const bool has_number =
        value->kind() == Value::Kind::number || (value->is_string() && !trimmed(value->string()).empty());
    const auto number = to_number(*value);
    if (has_number && std::isfinite(number)) return number;
    return fail(placed(
        {Errc::invalid_argument, fmt::format("`{}` has to be a number, not `{}`.", shortened(field.value.source(), 100),
                                             shortened(to_string(*value), 100))},
        field.place));
}

Result<Value> evaluate(const Tree& tree, const Contexts& contexts) {
    if (const auto* leaf = std::get_if<Template>(&tree.value)) return evaluate(Field{*leaf, tree.place}, contexts);
    if (const auto* items = std::get_if<Tree::Sequence>(&tree.value)) return items_of(*items, contexts);
    return members_of(std::get<Tree::Mapping>(tree.value), contexts);
}

}  // namespace flux::workflow
