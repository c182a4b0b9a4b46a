#include "app/engine.hpp"

#include <optional>
#include <utility>

#include "app/client_setup.hpp"
#include "app/task_file.hpp"
#include "app/version.hpp"
#include "base/clock.hpp"
#include "previews/site_address.hpp"
#include "previews/site_store.hpp"
#include "providers/github/github_provider.hpp"
#include "providers/local/local_provider.hpp"
#include "providers/local/sandbox.hpp"
#include "providers/local/state_lock.hpp"
#include "tools/catalog.hpp"
#include "transport/http_server.hpp"
#include "transport/preview_site.hpp"

namespace flux::app {

namespace {

namespace local = providers::local;
namespace github = providers::github;

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

/// A list of allowed workflows is not to be got round by leaving the argument out.
bool may_take_any_workflow(const Settings& settings) { return settings.allowed_workflows.empty(); }

local::LocalOptions local_options(const Settings& settings) {
    local::LocalOptions options;
    options.repository = settings.repository;
    options.repository_name = "local/" + settings.repository.filename().string();
    options.workflow_file = settings.workflow_file;
    options.any_workflow = may_take_any_workflow(settings);
    options.server_url = base_url(settings);
    options.addresses = previews::SiteAddresses{settings.preview_port, settings.preview_public_origin};
    options.preview_port = settings.preview_port;
    options.tools = settings.tools;
    options.strict_tools = settings.strict_tools;
    return options;
}

github::GithubOptions github_options(const Settings& settings) {
    const auto& given = settings.github;
    github::GithubOptions options;
    options.api_url = given.api_url;
    options.owner = given.owner;
    options.repository = given.repository;
    options.workflow_file = settings.workflow_file;
    options.any_workflow = may_take_any_workflow(settings);
    options.app_id = given.app_id;
    options.app_key = given.app_key;
    options.installation_id = given.installation_id;
    options.token_file = given.token_file;
    options.token = given.token;
    options.preview_url_pattern = given.preview_url_pattern;
    options.probe_private_addresses = given.probe_private_addresses;
    options.directory = settings.state_directory / "github";
    return options;
}

tools::Policy policy(const Settings& settings) {
    tools::Policy result;
    result.read_only = settings.read_only;
    result.branches = settings.allowed_branches;
    result.workflows = settings.allowed_workflows;
    return result;
}

tools::ServerFacts server_facts(const Settings& settings) {
    tools::ServerFacts facts;
    facts.version = version();
    facts.rate_limit = settings.rate_limit;
    facts.connect = connect_facts(settings);
    return facts;
}

mcp::ServerOptions server_options(const Settings& settings, std::shared_ptr<mcp::TaskJournal> tasks) {
    mcp::ServerOptions options;
    options.task_journal = std::move(tasks);
    options.title = "flux-mcp";
    options.version = version();
    options.instructions = tools::instructions;
    options.name_style = settings.tool_names;
    return options;
}

}  // namespace

/// In the order in which they are made; they go in reverse.
struct Engine::Parts {
    observe::Metrics metrics;
    async::BlockingPool pool{pool_threads};
    std::unique_ptr<previews::SiteStore> sites;
    std::optional<local::Sandbox> sandbox;
    std::unique_ptr<transport::PreviewSite> preview_site;
    std::unique_ptr<transport::HttpServer> preview_port;
    std::optional<local::StateLock> lock;  ///< where the provider doesn't hold it
    std::unique_ptr<local::LocalProvider> local_provider;
    std::unique_ptr<github::GithubProvider> github_provider;
    std::unique_ptr<mcp::Server> server;

    Result<void> add_local_provider(const Settings& settings, local::StateLock taken);
    Result<void> add_github_provider(const Settings& settings, local::StateLock taken);
    builds::Provider& provider() {
        if (github_provider) return *github_provider;
        return *local_provider;
    }
};

Engine::Engine(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Engine::~Engine() = default;

Result<void> Engine::Parts::add_local_provider(const Settings& settings, local::StateLock taken) {
    auto opened = previews::SiteStore::open(settings.state_directory / "sites", system_clock());
    if (!opened) return fail(std::move(opened.error()));
    sites = *std::move(opened);

    auto probed = local::Sandbox::probe(sandbox_settings(settings));
    if (!probed) return fail(std::move(probed.error()));
    sandbox = *probed;

    preview_site = std::make_unique<transport::PreviewSite>(*sites, pool, settings.preview_public_origin);
    preview_port = std::make_unique<transport::HttpServer>(preview_port_options(settings), *preview_site, pool);
    if (auto started = preview_port->start(); !started) return fail(std::move(started.error()));

    auto provider = local::LocalProvider::open(std::move(taken), local_options(settings), *std::move(probed), *sites,
                                               pool, system_clock());
    if (!provider) return fail(std::move(provider.error()));
    local_provider = *std::move(provider);
    return {};
}

Result<void> Engine::Parts::add_github_provider(const Settings& settings, local::StateLock taken) {
    lock = std::move(taken);
    auto provider = github::GithubProvider::open(github_options(settings), system_clock());
    if (!provider) return fail(std::move(provider.error()));
    github_provider = *std::move(provider);
    return {};
}

Result<std::unique_ptr<Engine>> Engine::start(const Settings& settings, const std::string& owner) {
    auto lock = local::StateLock::take(settings.state_directory, owner);
    if (!lock) return fail(std::move(lock.error()));
    local::forbid_inspection();

    auto parts = std::make_unique<Parts>();
    auto added = settings.provider == ProviderChoice::github ? parts->add_github_provider(settings, *std::move(lock))
                                                             : parts->add_local_provider(settings, *std::move(lock));
    if (!added) return fail(std::move(added.error()));
    if (parts->github_provider) parts->github_provider->add_metrics(parts->metrics);
    auto catalog = tools::make_catalog(parts->provider(), system_clock(), parts->pool, policy(settings),
                                       server_facts(settings), &parts->metrics);
    auto tasks = TaskFile::open(settings.state_directory / "tasks.db", parts->pool);
    if (!tasks) return fail(std::move(tasks.error()));
    parts->server =
        std::make_unique<mcp::Server>(server_options(settings, *std::move(tasks)), std::move(catalog), system_clock());
    return std::unique_ptr<Engine>{new Engine{std::move(parts)}};
}

mcp::Server& Engine::server() { return *parts_->server; }
builds::Provider& Engine::provider() { return parts_->provider(); }
providers::github::GithubProvider* Engine::github() { return parts_->github_provider.get(); }
async::BlockingPool& Engine::pool() { return parts_->pool; }
observe::Metrics& Engine::metrics() { return parts_->metrics; }
std::string Engine::sandbox_level() const { return parts_->sandbox ? parts_->sandbox->level() : std::string{}; }
std::string Engine::sandbox_detail() const { return parts_->sandbox ? parts_->sandbox->detail() : std::string{}; }

void Engine::stop_runs(std::chrono::steady_clock::time_point deadline) {
    if (parts_->local_provider) parts_->local_provider->shutdown(deadline);
    if (parts_->github_provider) parts_->github_provider->shutdown();
}

}  // namespace flux::app
