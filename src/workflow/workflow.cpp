#include "workflow/workflow.hpp"

#include <algorithm>

namespace flux::workflow {

const char* name_of(InputDeclaration::Type type) {
    switch (type) {
    case InputDeclaration::Type::string: return "string";
    case InputDeclaration::Type::boolean: return "boolean";
    case InputDeclaration::Type::number: return "number";
    case InputDeclaration::Type::choice: return "choice";
    case InputDeclaration::Type::environment: return "environment";
    }
    return "unknown";
}

const Job* Workflow::find_job(std::string_view key) const {
    const auto found = std::ranges::find(jobs, key, &Job::key);
    return found == jobs.end() ? nullptr : &*found;
}

}  // namespace flux::workflow
