#include "app/engine.hpp"

#include <optional>
#include <utility>

#include "app/version.hpp"
#include "base/clock.hpp"
#include "previews/site_address.hpp"
#include "previews/site_store.hpp"
#include "providers/local/local_provider.hpp"
#include "providers/local/sandbox.hpp"
#include "providers/local/state_lock.hpp"
#include "tools/catalog.hpp"
#include "transport/http_server.hpp"
#include "transport/preview_site.hpp"

namespace flux::app {

namespace {

namespace local = providers::local;

constexpr std::size_t pool_threads = 4;

local::SandboxSettings sandbox_settings(const Settings& settings) {
    local::SandboxSettings result;
    result.level = settings.sandbox;
    result.state_directory = settings.state_directory;
    return result;
}

transport::HttpServerOptions preview_port_options(const Settings& settings) {
    transport::HttpServerOptions options;
    // Previews run other people's scripts: without an origin of their own for other machines they stay on this one.
    options.host = settings.preview_public_origin ? settings.host : "127.0.0.1";
    options.port = settings.preview_port;
    options.port_setting = "FLUX_PREVIEW_PORT";
    options.threads = 1;
    return options;
}

local::LocalOptions local_options(const Settings& settings) {
    local::LocalOptions options;
    options.repository = settings.repository;
    options.repository_name = "local/" + settings.repository.filename().string();
    options.workflow_file = settings.workflow_file;
    options.server_url = base_url(settings);
    options.addresses = previews::SiteAddresses{settings.preview_port, settings.preview_public_origin};
    options.preview_port = settings.preview_port;
    options.tools = settings.tools;
    return options;
}

tools::Policy policy(const Settings& settings) {
    tools::Policy result;
    result.read_only = settings.read_only;
    result.branches = settings.allowed_branches;
    result.workflows = settings.allowed_workflows;
    return result;
}

mcp::ServerOptions server_options(const Settings& settings) {
    mcp::ServerOptions options;
    options.title = "flux-mcp";
    options.version = version();
    options.instructions = tools::instructions;
    options.name_style = settings.tool_names;
    return options;
}

}  // namespace

/// In the order in which they are made; they go in reverse.
struct Engine::Parts {
    async::BlockingPool pool{pool_threads};
    std::unique_ptr<previews::SiteStore> sites;
    std::optional<local::Sandbox> sandbox;
    std::unique_ptr<transport::PreviewSite> preview_site;
    std::unique_ptr<transport::HttpServer> preview_port;
    std::unique_ptr<local::LocalProvider> provider;
    std::unique_ptr<mcp::Server> server;
};

Engine::Engine(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::start(const Settings& settings, const std::string& owner) {
    auto lock = local::StateLock::take(settings.state_directory, owner);
    if (!lock) return fail(std::move(lock.error()));
    local::forbid_inspection();

    auto parts = std::make_unique<Parts>();
    auto sites = previews::SiteStore::open(settings.state_directory / "sites", system_clock());
    if (!sites) return fail(std::move(sites.error()));
    parts->sites = *std::move(sites);

    auto sandbox = local::Sandbox::probe(sandbox_settings(settings));
    if (!sandbox) return fail(std::move(sandbox.error()));
    parts->sandbox = *sandbox;

    parts->preview_site = std::make_unique<transport::PreviewSite>(*parts->sites, settings.preview_public_origin);
    parts->preview_port =
        std::make_unique<transport::HttpServer>(preview_port_options(settings), *parts->preview_site, parts->pool);
    if (auto started = parts->preview_port->start(); !started) return fail(std::move(started.error()));

    auto provider = local::LocalProvider::open(*std::move(lock), local_options(settings), *std::move(sandbox),
                                               *parts->sites, parts->pool, system_clock());
    if (!provider) return fail(std::move(provider.error()));
    parts->provider = *std::move(provider);

    parts->server = std::make_unique<mcp::Server>(
        server_options(settings), tools::make_catalog(*parts->provider, system_clock(), policy(settings)),
        system_clock());
    return std::unique_ptr<Engine>{new Engine{std::move(parts)}};
}

mcp::Server& Engine::server() { return *parts_->server; }
builds::Provider& Engine::provider() { return *parts_->provider; }
async::BlockingPool& Engine::pool() { return parts_->pool; }
std::string Engine::sandbox_level() const { return parts_->sandbox->level(); }
std::string Engine::sandbox_detail() const { return parts_->sandbox->detail(); }

void Engine::stop_runs(std::chrono::steady_clock::time_point deadline) { parts_->provider->shutdown(deadline); }

}  // namespace flux::app
