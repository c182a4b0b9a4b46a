#include "builds/request_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace flux::builds {

namespace {

struct Written {
    std::string operator()(const std::string& text) const { return 's' + text; }
    std::string operator()(double number) const { return fmt::format("n{}", number); }
    std::string operator()(bool flag) const { return flag ? "b1" : "b0"; }
};

/// With its length before it, so that no two lists of parts are written alike.
void add(std::string& text, std::string_view part) { text += fmt::format("{}:{}\n", part.size(), part); }

}  // namespace

std::string request_text(const CreateRequest& request, std::string_view usual_workflow) {
    std::string text;
    add(text, request.branch.text());
    add(text, request.workflow.empty() ? usual_workflow : std::string_view{request.workflow});
    auto inputs = request.inputs;
    std::ranges::sort(inputs, {}, &Inputs::value_type::first);
    for (const auto& [name, value] : inputs) {
        add(text, name);
        add(text, std::visit(Written{}, value));
    }
    return text;
}

}  // namespace flux::builds
