#include "workflow/expression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workflow/format_text.hpp"
#include "workflow/letter_case.hpp"
#include "workflow/parsed_expression.hpp"
#include "workflow/value_json.hpp"

namespace flux::workflow {

namespace {

using Node = ExpressionNode;

/// A value on its way through an expression. What `.*` gave stays marked, also through `&&`, `||`, brackets and case():
/// a member asked of it is asked of each item.
struct Operand {
    Value value;
    bool is_filtered = false;
};

bool compare(const Value& left, Comparison comparison, const Value& right) {
    switch (comparison) {
    case Comparison::equal: return loosely_equal(left, right);
    case Comparison::unequal: return !loosely_equal(left, right);
    case Comparison::less: return less_than(left, right);
    case Comparison::less_or_equal: return loosely_equal(left, right) || less_than(left, right);
    case Comparison::greater: return less_than(right, left);
    case Comparison::greater_or_equal: return loosely_equal(left, right) || less_than(right, left);
    }
    return false;
}

/// The item of `items` that `index` names, if any: numbers are rounded down, text is read as a number.
const Value* item_at(const Value::Array& items, const Value& index) {
    const auto number = to_number(index);
    if (!(number >= 0) || std::floor(number) >= static_cast<double>(items.size())) return nullptr;
    return &items[static_cast<std::size_t>(number)];
}

/// What `index` names in `value`, or nullptr.
const Value* part_of(const Value& value, const Value& index) {
    if (value.kind() == Value::Kind::array) return item_at(value.array(), index);
    if (value.kind() == Value::Kind::object && index.is_primitive()) return value.object().find(to_string(index));
    return nullptr;
}

class Evaluator {
public:
    Evaluator(const Expression::Parsed& expression, const Contexts& contexts)
        : expression_{expression}, contexts_{contexts} {}

    Result<Operand> evaluate(const Node& node) {
        switch (node.kind) {
        case Node::Kind::literal: return Operand{node.literal};
        case Node::Kind::context: return Operand{contexts_.get(node.name)};
        case Node::Kind::call: return call(node);
        case Node::Kind::index: return index(node);
        case Node::Kind::filter: return filter(node);
        case Node::Kind::negation: return negate(node);
        case Node::Kind::comparisons: return compare_all(node);
        case Node::Kind::all: return choose(node, false);
        case Node::Kind::any: return choose(node, true);
        }
        return fail(Errc::internal, "An expression has a node of no known kind.");
    }

private:
    Result<Operand> negate(const Node& node) {
        auto operand = evaluate(node.children.front());
        if (!operand) return operand;
        return Operand{Value{!is_truthy(operand->value)}};
    }

    Result<Operand> compare_all(const Node& node) {
        auto left = evaluate(node.children.front());
        for (std::size_t i = 0; left && i < node.comparisons.size(); ++i) {
            auto right = evaluate(node.children[i + 1]);
            if (!right) return right;
            left = Operand{Value{compare(left->value, node.comparisons[i], right->value)}};
        }
        return left;
    }

    /// The first operand that decides, or the last one.
    Result<Operand> choose(const Node& node, bool decisive) {
        Result<Operand> operand;
        for (const auto& child : node.children) {
            operand = evaluate(child);
            if (!operand || is_truthy(operand->value) == decisive) break;
        }
        return operand;
    }

    Result<Operand> index(const Node& node) {
        auto by = evaluate(node.children[1]);
        if (!by) return by;
        auto object = evaluate(node.children[0]);
        if (!object) return object;
        if (!object->is_filtered) {
            const auto* part = part_of(object->value, by->value);
            return Operand{part == nullptr ? Value{} : *part};
        }
        Value::Array parts;
        for (const auto& item : object->value.array()) {
            if (const auto* part = part_of(item, by->value)) parts.push_back(*part);
        }
        return filtered(node, std::move(parts));
    }

    Result<Operand> filter(const Node& node) {
        auto object = evaluate(node.children.front());
        if (!object) return object;
        Value::Array items;
        if (object->is_filtered) {
            for (const auto& item : object->value.array()) append_parts(items, item);
        } else {
            append_parts(items, object->value);
        }
        return filtered(node, std::move(items));
    }

    static void append_parts(Value::Array& items, const Value& value) {
        if (value.kind() == Value::Kind::array) {
            items.insert(items.end(), value.array().begin(), value.array().end());
        } else if (value.kind() == Value::Kind::object) {
            for (const auto& member : value.object().members()) items.push_back(member.value);
        }
    }

    Result<Operand> filtered(const Node& node, Value::Array items) {
        if (!pay(items.size() * sizeof(Value))) return too_large(node);
        return Operand{Value{std::move(items)}, true};
    }

    Result<Operand> call(const Node& node) {
        if (node.function == Function::case_of) return case_of(node);
        std::vector<Value> arguments;
        for (const auto& child : node.children) {
            auto argument = evaluate(child);
            if (!argument) return argument;
            arguments.push_back(std::move(argument->value));
        }
        return call(node, arguments);
    }

    Result<Operand> call(const Node& node, const std::vector<Value>& arguments) {
        switch (node.function) {
        case Function::contains: return Operand{Value{contains(arguments[0], arguments[1])}};
        case Function::starts_with:
        case Function::ends_with: return Operand{Value{has_at_edge(node.function, arguments[0], arguments[1])}};
        case Function::format: return text(node, format_text(arguments, left_));
        case Function::join: return join(node, arguments);
        case Function::to_json: return text(node, to_json(arguments[0], left_));
        case Function::from_json: return from_json_text(node, arguments[0]);
        case Function::hash_files: return hash_files(node, arguments);
        case Function::success: return status(StatusFunction::success, arguments);
        case Function::failure: return status(StatusFunction::failure, arguments);
        case Function::always: return Operand{Value{true}};
        case Function::cancelled: return status(StatusFunction::cancelled, arguments);
        case Function::case_of: break;
        }
        return fail(Errc::internal, "An expression calls a function of no known kind.");
    }

    /// Only what is asked for is evaluated.
    Result<Operand> case_of(const Node& node) {
        const auto& children = node.children;
        for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
            auto predicate = evaluate(children[i]);
            if (!predicate) return predicate;
            if (predicate->value.kind() != Value::Kind::boolean) {
                return error(children[i],
                             fmt::format("case() needs a boolean as condition, not {}. Compare, or use `!!`.",
                                         name_of(predicate->value.kind())));
            }
            if (predicate->value.boolean()) return evaluate(children[i + 1]);
        }
        return evaluate(children.back());
    }

    static bool contains(const Value& where, const Value& what) {
        if (where.kind() == Value::Kind::array) {
            return std::ranges::any_of(where.array(), [&](const Value& item) { return loosely_equal(what, item); });
        }
        if (!where.is_primitive() || !what.is_primitive()) return false;
        return folded(to_string(where)).find(folded(to_string(what))) != std::string::npos;
    }

    static bool has_at_edge(Function function, const Value& where, const Value& what) {
        if (!where.is_primitive() || !what.is_primitive()) return false;
        const auto whole = folded(to_string(where));
        const auto part = folded(to_string(what));
        return function == Function::starts_with ? whole.starts_with(part) : whole.ends_with(part);
    }

    Result<Operand> join(const Node& node, const std::vector<Value>& arguments) {
        if (arguments[0].is_primitive()) return text(node, to_string(arguments[0]));
        if (arguments[0].kind() != Value::Kind::array) return text(node, std::string{});
        const auto separator = arguments.size() < 2 ? "," : arguments[1].is_primitive() ? to_string(arguments[1]) : ",";
        std::string joined;
        for (std::size_t i = 0; i < arguments[0].array().size(); ++i) {
            if (i > 0) joined += separator;
            joined += to_string(arguments[0].array()[i]);
            if (joined.size() > left_) return too_large(node);
        }
        return text(node, std::move(joined));
    }

    Result<Operand> from_json_text(const Node& node, const Value& argument) {
        const auto json = to_string(argument);
        if (trimmed(json).empty()) return error(node, "fromJSON() was given empty text.");
        auto value = from_json(json, left_);
        if (!value && value.error().code == Errc::too_large) return too_large(node);
        if (!value) return error(node, "fromJSON(): " + value.error().message);
        pay(json.size());
        return Operand{*std::move(value)};
    }

    Result<Operand> hash_files(const Node& node, const std::vector<Value>& arguments) {
        if (!contexts_.hash_files) return error(node, "hashFiles() is not possible here: there are no files yet.");
        std::vector<std::string> patterns;
        for (const auto& argument : arguments) patterns.push_back(to_string(argument));
        return text(node, contexts_.hash_files(patterns));
    }

    Result<Operand> status(StatusFunction function, const std::vector<Value>& arguments) {
        if (!contexts_.status) return Operand{Value{function == StatusFunction::success}};
        std::vector<std::string> jobs;
        for (const auto& argument : arguments) jobs.push_back(to_string(argument));
        return Operand{Value{contexts_.status(function, jobs)}};
    }

    Result<Operand> text(const Node& node, Result<std::string> made) {
        if (!made && made.error().code == Errc::too_large) return too_large(node);
        if (!made) return error(node, made.error().message);
        if (!pay(made->size())) return too_large(node);
        return Operand{Value{*std::move(made)}};
    }

    bool pay(std::size_t bytes) {
        if (bytes > left_) return false;
        left_ -= bytes;
        return true;
    }

    Result<Operand> too_large(const Node& node) const {
        return fail(
            Errc::too_large,
            fmt::format("The expression `{}` makes more than {} MiB of values at character {}.",
                        shortened(expression_.text, 200), max_expression_bytes / (1024 * 1024), node.offset + 1));
    }

    Result<Operand> error(const Node& node, std::string_view message) const {
        return fail(Errc::invalid_argument, fmt::format("{} (character {} of the expression `{}`)", message,
                                                        node.offset + 1, shortened(expression_.text, 200)));
    }

    const Expression::Parsed& expression_;
    const Contexts& contexts_;
    std::size_t left_ = max_expression_bytes;
};

}  // namespace

Result<Value> evaluate(const Expression& expression, const Contexts& contexts) {
    return Evaluator{expression.parsed(), contexts}.evaluate(expression.parsed().root).map([](Operand operand) {
        return std::move(operand.value);
    });
}

}  // namespace flux::workflow
