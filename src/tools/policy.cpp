#include "tools/policy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>

namespace flux::tools {

namespace {

Result<void> allows(const std::vector<std::string>& globs, std::string_view name, std::string_view what) {
    const auto fits = [name](const std::string& glob) { return fits_glob(glob, name); };
    if (globs.empty() || std::any_of(globs.begin(), globs.end(), fits)) return {};
    return fail(Errc::forbidden,
                fmt::format("The {} \"{}\" is not allowed on this server. Allowed: {}. Choose one of those, or ask the "
                            "operator to extend the list.",
                            what, name, fmt::join(globs, ", ")),
                fmt::format("{}_not_allowed", what));
}

}  // namespace

Result<void> Policy::allows_branch(std::string_view branch) const { return allows(branches, branch, "branch"); }

Result<void> Policy::allows_workflow(std::string_view workflow) const {
    if (workflow.empty()) return {};
    return allows(workflows, workflow, "workflow");
}

bool fits_glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace flux::tools
