#include "app/settings.hpp"

#include <fmt/format.h>

namespace flux::app {

std::string base_url(const Settings& settings) {
    if (!settings.public_url.empty()) return settings.public_url;
    const bool everywhere = settings.host == "0.0.0.0" || settings.host == "::";
    const std::string host = everywhere ? "127.0.0.1" : settings.host;
    const auto bracketed = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
    return fmt::format("http://{}:{}", bracketed, settings.port);
}

std::string source_name(const Settings& settings) {
    if (settings.provider == ProviderChoice::local) return settings.repository.string();
    return fmt::format("{}/{} on GitHub", settings.github.owner, settings.github.repository);
}

std::string page_url(const Settings& settings, std::string_view link) {
    // Behind the #: a browser keeps that part to itself, so that it gets into nobody's log.
    return link.empty() ? base_url(settings) + "/" : fmt::format("{}/#link={}", base_url(settings), link);
}

std::filesystem::path local_socket_path(const Settings& settings) { return settings.state_directory / "flux.sock"; }

}  // namespace flux::app
