#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/secret.hpp"

namespace flux::observe {

/// What stands beside a message in the log: `{"run_id", run.id}`. Refers to its text, so it lives no longer than the
/// call that it is an argument of. A `Secret` is refused by the compiler.
class LogField {
public:
    using Value = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

    LogField(std::string_view name, bool value) : name_{name}, value_{value} {}
    LogField(std::string_view name, std::string_view value) : name_{name}, value_{value} {}
    LogField(std::string_view name, const std::string& value) : name_{name}, value_{std::string_view{value}} {}
    LogField(std::string_view name, const char* value) : name_{name}, value_{std::string_view{value}} {}
    LogField(std::string_view name, std::floating_point auto value) : name_{name}, value_{static_cast<double>(value)} {}
    template <std::signed_integral Number>
        requires(!std::same_as<Number, char>)
    LogField(std::string_view name, Number value) : name_{name}, value_{std::int64_t{value}} {}
    template <std::unsigned_integral Number>
        requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
    LogField(std::string_view name, Number value) : name_{name}, value_{std::uint64_t{value}} {}
    LogField(std::string_view name, const Secret& value) = delete;

    std::string_view name() const { return name_; }
    const Value& value() const { return value_; }

private:
    std::string_view name_;
    Value value_;
};

}  // namespace flux::observe
