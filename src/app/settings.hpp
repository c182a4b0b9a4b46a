#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "admission/address.hpp"
#include "admission/origin.hpp"
#include "admission/tokens.hpp"
#include "mcp/server.hpp"
#include "observe/log.hpp"
#include "previews/site_address.hpp"
#include "providers/local/sandbox.hpp"

namespace flux::app {

/// Everything that an operator can set, checked. `read_settings` makes it.
struct Settings {
    bool production = false;
    bool stdio = false;  ///< TRANSPORT=stdio
    std::string host = "127.0.0.1";
    std::uint16_t port = 8787;
    std::uint16_t preview_port = 8788;
    std::filesystem::path repository;
    std::filesystem::path state_directory;
    std::string workflow_file = "deploy.yml";
    std::optional<std::filesystem::path> tools;

    admission::Tokens tokens;
    int rate_limit = 30;
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

/// The Unix socket of the process that owns the state folder.
std::filesystem::path local_socket_path(const Settings& settings);

}  // namespace flux::app
