#include "providers/local/native_action.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "base/text.hpp"

namespace flux::providers::local {
namespace {

struct Known {
    std::string_view name;
    NativeAction action;
};

constexpr std::array known_actions{
    Known{"actions/checkout", run_checkout},
    Known{"actions/upload-artifact", run_upload_artifact},
    Known{"actions/download-artifact", run_download_artifact},
    Known{"actions/configure-pages", run_configure_pages},
    Known{"actions/upload-pages-artifact", run_upload_pages_artifact},
    Known{"actions/deploy-pages", run_deploy_pages},
    Known{"actions/setup-node", run_setup_node},
    Known{"actions/setup-python", run_setup_python},
};

}  // namespace

std::string ActionInputs::text(std::string_view name, std::string_view otherwise) const {
    for (const auto& [known, value] : values_)
        if (equal_ignoring_case(known, name) && !trimmed(value).empty()) return std::string{trimmed(value)};
    return std::string{otherwise};
}

bool ActionInputs::flag(std::string_view name, bool otherwise) const {
    const auto value = ascii_lower(text(name));
    return value.empty() ? otherwise : value == "true" || value == "yes" || value == "on" || value == "1";
}

NativeAction find_native_action(std::string_view name) {
    for (const auto& each : known_actions)
        if (each.name == name) return each.action;
    return nullptr;
}

StepEnd failed_action(StepCall& call, std::string_view message) {
    call.log.error(message);
    return {builds::Conclusion::failure, {}};
}

Result<std::string> workspace_path(const JobRun& job, std::string_view path) {
    const auto& workspace = job.order().directories.workspace;
    const auto whole = (workspace / std::string{path}).lexically_normal();
    auto relative = whole.lexically_relative(workspace.lexically_normal()).string();
    if (relative == ".." || relative.starts_with("../") || relative.empty() ||
        path.find('\0') != std::string_view::npos)
        return fail(Errc::invalid_argument, fmt::format("`{}` is not under the workspace `{}`.",
                                                        shortened(to_utf8(path), 200), workspace.string()));
    while (relative.ends_with('/')) relative.pop_back();
    return relative == "." ? std::string{} : relative;
}

}  // namespace flux::providers::local
