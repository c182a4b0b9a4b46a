#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admission/address.hpp"
#include "admission/origin.hpp"
#include "admission/tokens.hpp"
#include "base/secret.hpp"
#include "mcp/server.hpp"
#include "observe/log.hpp"
#include "previews/site_address.hpp"
#include "providers/local/sandbox.hpp"

namespace flux::app {

/// Where runs happen.
enum class ProviderChoice { local, github };

/// What the GitHub provider is told, checked.
struct GithubSettings {
    std::string api_url = "https://api.github.com";  ///< without a slash at the end
    std::string owner;
    std::string repository;
    Secret token;
    std::optional<std::filesystem::path> token_file;  ///< read again when it changes
    std::string app_id;
    Secret app_key;
    std::string installation_id;
    Secret webhook_secret;
    std::string preview_url_pattern;
    std::optional<bool> probe_private_addresses;
};

/// Everything that an operator can set, checked. `read_settings` makes it.
struct Settings {
    bool production = false;
    bool stdio = false;  ///< TRANSPORT=stdio
    std::string host = "127.0.0.1";
    std::uint16_t port = 8787;
    std::uint16_t preview_port = 8788;
    ProviderChoice provider = ProviderChoice::local;
    GithubSettings github;             ///< where the provider is GitHub
    std::filesystem::path repository;  ///< where it is local
    std::filesystem::path state_directory;
    std::string workflow_file = "deploy.yml";
    std::optional<std::filesystem::path> tools;
    bool strict_tools = false;  ///< a version that is not there fails the job, where it else warns and takes a newer

    admission::Tokens tokens;
    bool query_tokens = true;  ///< whether `?token=` is taken
    int rate_limit = 30;
    int page_rate_limit = 600;                          ///< of a signed-in page
    std::chrono::seconds page_session_time{24 * 3600};  ///< of a signed-in page, however busy
    std::vector<admission::Origin> allowed_origins;
    std::vector<admission::AddressRange> trusted_proxies;
    std::optional<admission::Origin> public_origin;
    std::string public_url;  ///< without a slash at the end; empty: not set
    std::optional<previews::WildcardOrigin> preview_public_origin;

    bool read_only = false;
    std::vector<std::string> allowed_branches;
    std::vector<std::string> allowed_workflows;
    mcp::NameStyle tool_names = mcp::NameStyle::automatic;

    observe::LogLevel log_level = observe::LogLevel::info;
    providers::local::SandboxSettings::Level sandbox = providers::local::SandboxSettings::Level::automatic;
};

/// `http://127.0.0.1:8787`, or what FLUX_PUBLIC_URL says: how people and clients reach the main port.
std::string base_url(const Settings& settings);

/// What is built: a folder of this machine, or `owner/name` on GitHub.
std::string source_name(const Settings& settings);

/// Where the web page is, with the code that signs its first visitor in; empty: it asks for no token.
std::string page_url(const Settings& settings, std::string_view link);

/// The Unix socket of the process that owns the state folder.
std::filesystem::path local_socket_path(const Settings& settings);

}  // namespace flux::app
