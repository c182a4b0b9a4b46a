#include "providers/local/environment.hpp"

#include <algorithm>

namespace flux::providers::local {

void Environment::set(std::string name, std::string value) {
    const auto known =
        std::find_if(variables_.begin(), variables_.end(), [&](const auto& each) { return each.first == name; });
    if (known != variables_.end())
        known->second = std::move(value);
    else
        variables_.emplace_back(std::move(name), std::move(value));
}

void Environment::set_all(const Assignments& more) {
    for (const auto& [name, value] : more) set(name, value);
}

const std::string* Environment::find(std::string_view name) const {
    for (const auto& [known, value] : variables_)
        if (known == name) return &value;
    return nullptr;
}

workflow::Value Environment::context() const {
    workflow::Object object;
    for (const auto& [name, value] : variables_) object.set(name, value);
    return object;
}

}  // namespace flux::providers::local
