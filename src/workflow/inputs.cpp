#include "workflow/inputs.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "workflow/decimal.hpp"

namespace flux::workflow {

namespace {

using Type = InputDeclaration::Type;
using Given = GivenInputs::value_type::second_type;

std::string described(const InputDeclaration& input) {
    std::string text = fmt::format("`{}` ({}", input.name, name_of(input.type));
    if (input.type == Type::choice) text += fmt::format(": {}", fmt::join(input.options, ", "));
    if (input.required) text += ", required";
    if (input.default_value) text += fmt::format(", default `{}`", shortened(to_string(*input.default_value), 60));
    return text + ")";
}

std::string schema_of(const std::vector<InputDeclaration>& inputs) {
    if (inputs.empty()) return "The workflow declares no inputs.";
    std::string text = "Declared inputs: ";
    for (const auto& input : inputs) text += fmt::format("{}{}", &input == inputs.data() ? "" : "; ", described(input));
    return text + ".";
}

Value as_value(const Given& given) {
    return std::visit([](const auto& value) { return Value{value}; }, given);
}

const InputDeclaration* find_declared(const Triggers& on, std::string_view name) {
    const auto found = std::ranges::find_if(
        on.inputs, [&](const InputDeclaration& input) { return equal_ignoring_case(input.name, name); });
    return found == on.inputs.end() ? nullptr : &*found;
}

/// The value of the declared type, or nothing where it isn't one.
std::optional<Value> converted(const InputDeclaration& input, const Value& given) {
    const auto text = to_string(given);
    switch (input.type) {
    case Type::string:
    case Type::environment: return Value{text};
    case Type::boolean:
        if (text == "true") return Value{true};
        if (text == "false") return Value{false};
        return std::nullopt;
    case Type::number: {
        if (given.kind() == Value::Kind::boolean) return std::nullopt;
        const auto number = given.is_string() ? decimal(trimmed(text)) : std::optional{given.number()};
        return number && std::isfinite(*number) ? std::optional{Value{*number}} : std::nullopt;
    }
    case Type::choice:
        if (std::ranges::find(input.options, text) == input.options.end()) return std::nullopt;
        return Value{text};
    }
    return std::nullopt;
}

std::string expectation(const InputDeclaration& input) {
    switch (input.type) {
    case Type::boolean: return "true or false";
    case Type::number: return "a number";
    case Type::choice: return fmt::format("one of {}", fmt::join(input.options, ", "));
    case Type::string:
    case Type::environment: break;
    }
    return "text";
}

/// What an input is that nobody gave and that has no default.
Value absent_value(const InputDeclaration& input) {
    switch (input.type) {
    case Type::boolean: return Value{false};
    case Type::number: return {};
    case Type::string:
    case Type::choice:
    case Type::environment: break;
    }
    return Value{""};
}

class Check {
public:
    Check(const Triggers& on, const GivenInputs& given) : on_{on}, given_{given} {}

    Result<DispatchInputs> run() {
        check_size();
        check_names();
        Object inputs;
        Object event;
        for (const auto& declared : on_.inputs) {
            const auto value = value_of(declared);
            inputs.set(declared.name, value);
            event.set(declared.name, Value{to_string(value)});
        }
        if (!mistakes_.empty()) {
            return fail(Errc::invalid_argument, fmt::format("{} {}", fmt::join(mistakes_, " "), schema_of(on_.inputs)),
                        "invalid_inputs");
        }
        return DispatchInputs{Value{std::move(inputs)}, Value{std::move(event)}};
    }

private:
    void check_size() {
        std::size_t characters = 0;
        for (const auto& [name, value] : given_) characters += name.size() + to_string(as_value(value)).size();
        if (given_.size() > max_dispatch_inputs)
            mistakes_.push_back(
                fmt::format("{} inputs are given; {} are allowed.", given_.size(), max_dispatch_inputs));
        if (characters > max_dispatch_input_characters) {
            mistakes_.push_back(fmt::format("The inputs have {} characters together; {} are allowed.", characters,
                                            max_dispatch_input_characters));
        }
    }

    void check_names() {
        std::vector<std::string> names;
        for (const auto& declared : on_.inputs) names.push_back(declared.name);
        std::vector<std::string> seen;
        for (const auto& [name, value] : given_) {
            if (mistakes_.size() >= 10) return;
            if (std::ranges::find(seen, ascii_lower(name)) != seen.end())
                mistakes_.push_back(fmt::format("The input `{}` is given twice.", shortened(name, 60)));
            seen.push_back(ascii_lower(name));
            if (find_declared(on_, name) != nullptr) continue;
            const auto close = nearest(name, names, 1);
            mistakes_.push_back(fmt::format("There is no input `{}`.{}", shortened(name, 60),
                                            close.empty() ? "" : fmt::format(" Did you mean `{}`?", close.front())));
        }
    }

    Value value_of(const InputDeclaration& declared) {
        const auto given = std::ranges::find_if(
            given_, [&](const auto& each) { return equal_ignoring_case(each.first, declared.name); });
        const bool is_empty = given == given_.end() || to_string(as_value(given->second)).empty();
        if (is_empty) {
            if (declared.default_value && given == given_.end()) return *declared.default_value;
            if (declared.required) mistakes_.push_back(fmt::format("The input `{}` is required.", declared.name));
            return declared.default_value && declared.type != Type::string ? *declared.default_value
                                                                           : absent_value(declared);
        }
        auto value = converted(declared, as_value(given->second));
        if (value) return *std::move(value);
        mistakes_.push_back(fmt::format("The input `{}` has to be {}, not `{}`.", declared.name, expectation(declared),
                                        shortened(to_utf8(to_string(as_value(given->second))), 100)));
        return {};
    }

    const Triggers& on_;
    const GivenInputs& given_;
    std::vector<std::string> mistakes_;
};

}  // namespace

Result<DispatchInputs> check_inputs(const Triggers& on, const GivenInputs& given) { return Check{on, given}.run(); }

}  // namespace flux::workflow
