#pragma once

#include <string>
#include <string_view>

#include "providers/local/environment_file.hpp"
#include "workflow/value.hpp"

namespace flux::providers::local {

/// Variables by name; a later value takes the place of an earlier one.
class Environment {
public:
    void set(std::string name, std::string value);
    void set_all(const Assignments& more);
    const std::string* find(std::string_view name) const;
    const Assignments& variables() const { return variables_; }
    workflow::Value context() const;

private:
    Assignments variables_;
};

}  // namespace flux::providers::local
