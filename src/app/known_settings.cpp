#include "app/known_settings.hpp"

#include <algorithm>
#include <array>

namespace flux::app {

namespace {

constexpr std::array settings{
    KnownSetting{"PORT", "port", false, {}},
    KnownSetting{"TRANSPORT", "transport", false, {}},
    KnownSetting{"MCP_AUTH_TOKEN", "mcp_auth_token", true, {}},
    KnownSetting{"LOG_LEVEL", "log_level", false, {}},
    KnownSetting{"GITHUB_TOKEN", "github_token", true, {}},
    KnownSetting{"GITHUB_OWNER", "github_owner", false, {}},
    KnownSetting{"GITHUB_REPO", "github_repo", false, {}},
    KnownSetting{"GITHUB_WORKFLOW_FILE", "github_workflow_file", false, {}},
    KnownSetting{"FLUX_ENV", "env", false, {}},
    KnownSetting{"FLUX_HOST", "host", false, {}},
    KnownSetting{"FLUX_REPO", "repo", false, {}},
    KnownSetting{"FLUX_PROVIDER", "provider", false, {}},
    KnownSetting{"FLUX_STATE_DIR", "state_dir", false, {}},
    KnownSetting{"FLUX_PREVIEW_PORT", "preview_port", false, {}},
    KnownSetting{"FLUX_PREVIEW_PUBLIC_URL", "preview_public_url", false, {}},
    KnownSetting{"FLUX_PUBLIC_URL", "public_url", false, {}},
    KnownSetting{"FLUX_RATE_LIMIT", "rate_limit", false, {}},
    KnownSetting{"FLUX_UI_RATE_LIMIT", "ui_rate_limit", false, {}},
    KnownSetting{"FLUX_UI_SESSION_SECONDS", "ui_session_seconds", false, {}},
    KnownSetting{"FLUX_ALLOWED_ORIGINS", "allowed_origins", false, {}},
    KnownSetting{"FLUX_TRUSTED_PROXIES", "trusted_proxies", false, {}},
    KnownSetting{"FLUX_ALLOWED_BRANCHES", "allowed_branches", false, {}},
    KnownSetting{"FLUX_ALLOWED_WORKFLOWS", "allowed_workflows", false, {}},
    KnownSetting{"FLUX_QUERY_TOKENS", "query_tokens", false, {}},
    KnownSetting{"FLUX_READ_ONLY", "read_only", false, {}},
    KnownSetting{"FLUX_TOOL_NAMES", "tool_names", false, {}},
    KnownSetting{"FLUX_TOOLS", "tools", false, {}},
    KnownSetting{"FLUX_STRICT_TOOLS", "strict_tools", false, {}},
    KnownSetting{"FLUX_SANDBOX", "sandbox", false, {}},
    KnownSetting{"FLUX_REDIS_URL", "redis_url", true, "sharing state through Redis"},
    KnownSetting{"FLUX_TLS_CERT", "tls_cert", false, "TLS"},
    KnownSetting{"FLUX_TLS_KEY", "tls_key", true, "TLS"},
    KnownSetting{"FLUX_GITHUB_API_URL", "github_api_url", false, {}},
    KnownSetting{"FLUX_GITHUB_APP_ID", "github_app_id", false, {}},
    KnownSetting{"FLUX_GITHUB_APP_KEY", "github_app_key", true, {}},
    KnownSetting{"FLUX_GITHUB_INSTALLATION_ID", "github_installation_id", false, {}},
    KnownSetting{"FLUX_WEBHOOK_SECRET", "webhook_secret", true, {}},
    KnownSetting{"FLUX_ALLOWED_REPOS", "allowed_repos", false, {}},
    KnownSetting{"FLUX_PROBE_PRIVATE_ADDRESSES", "probe_private_addresses", false, {}},
    KnownSetting{"FLUX_PREVIEW_URL_PATTERN", "preview_url_pattern", false, {}},
};

const KnownSetting* find(auto fits) {
    const auto found = std::find_if(settings.begin(), settings.end(), fits);
    return found == settings.end() ? nullptr : &*found;
}

}  // namespace

std::span<const KnownSetting> known_settings() { return settings; }

const KnownSetting* find_variable(std::string_view variable) {
    return find([variable](const KnownSetting& setting) { return setting.variable == variable; });
}

const KnownSetting* find_key(std::string_view key) {
    return find([key](const KnownSetting& setting) { return setting.key == key; });
}

std::vector<std::string> variable_names() {
    std::vector<std::string> names;
    for (const auto& setting : settings) names.emplace_back(setting.variable);
    return names;
}

std::vector<std::string> key_names() {
    std::vector<std::string> names;
    for (const auto& setting : settings) names.emplace_back(setting.key);
    return names;
}

}  // namespace flux::app
