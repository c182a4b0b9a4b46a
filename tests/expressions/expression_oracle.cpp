// Evaluates expressions for differential.mjs: on each line of stdin a JSON object {"expr", "contexts"}; on each line of
// stdout {"kind", "value"}, or {"error"}. Numbers that JSON lacks are written as text.

#include <cmath>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "workflow/expression.hpp"
#include "workflow/value_json.hpp"

namespace flux::workflow {

namespace {

/// All digits of a number: to_json() keeps 15, as the language does.
std::string exact(const Value& value) {
    if (value.kind() == Value::Kind::number) {
        if (std::isnan(value.number())) return "\"NaN\"";
        if (std::isinf(value.number())) return value.number() > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        return fmt::format("{:.17g}", value.number());
    }
    std::string text;
    if (value.kind() == Value::Kind::array) {
        for (const auto& item : value.array()) text += (text.empty() ? "" : ",") + exact(item);
        return "[" + text + "]";
    }
    if (value.kind() == Value::Kind::object) {
        for (const auto& member : value.object().members())
            text += (text.empty() ? "" : ",") + to_compact_json(Value{member.name}) + ":" + exact(member.value);
        return "{" + text + "}";
    }
    return to_compact_json(value);
}

std::string error_line(const std::string& message) { return to_compact_json(Value{Object{{"error", Value{message}}}}); }

std::string answer(const std::string& line) {
    const auto question = from_json(line);
    if (!question) return error_line("question: " + question.error().message);
    const auto expression = Expression::parse((*question)["expr"].string());
    if (!expression) return error_line(expression.error().message);
    Contexts contexts;
    const auto given = (*question)["contexts"];
    for (const auto& context : given.object().members()) contexts.set(context.name, context.value);
    const auto value = evaluate(*expression, contexts);
    if (!value) return error_line(value.error().message);
    return fmt::format(R"({{"kind":"{}","value":{}}})", name_of(value->kind()), exact(*value));
}

}  // namespace

}  // namespace flux::workflow

int main() {
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) std::cout << flux::workflow::answer(line) << '\n';
}
