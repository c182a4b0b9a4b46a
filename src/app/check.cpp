#include "app/check.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "app/engine.hpp"
#include "providers/github/github_provider.hpp"
#include "transport/local_socket.hpp"

namespace flux::app {

namespace {

/// What `task` returns, on a loop of its own.
template <class T>
std::optional<T> run_here(async::Task<T> task) {
    asio::io_context context{1};
    std::optional<T> value;
    asio::co_spawn(context.get_executor(), std::move(task), [&value](std::exception_ptr thrown, T result) {
        if (!thrown) value.emplace(std::move(result));
    });
    context.run();
    return value;
}

async::Task<bool> somebody_serves(std::filesystem::path socket) {
    const auto link = co_await transport::attach(std::move(socket), transport::LocalRole::terminal);
    co_return link.has_value();
}

Checked main_port(const Settings& settings) {
    Checked checked{"main port", false, fmt::format("{}:{}", settings.host, settings.port)};
    boost::system::error_code error;
    const auto address = asio::ip::make_address(settings.host == "localhost" ? "127.0.0.1" : settings.host, error);
    if (error) {
        checked.detail = fmt::format("FLUX_HOST: \"{}\" is not an address of this machine", settings.host);
        return checked;
    }
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor{context};
    const asio::ip::tcp::endpoint endpoint{address, settings.port};
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address{true}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (error) {
        checked.detail += fmt::format(": {}. Free it, or set PORT to another one", error.message());
        return checked;
    }
    checked.works = true;
    return checked;
}

}  // namespace

std::vector<Checked> check(const Settings& settings) {
    if (run_here(somebody_serves(local_socket_path(settings))).value_or(false)) {
        return {{"state folder", true,
                 fmt::format("{} belongs to a server that runs now", settings.state_directory.string())}};
    }
    std::vector<Checked> result;
    result.push_back(main_port(settings));
    auto engine = Engine::start(settings, "flux-mcp check");
    if (!engine) {
        result.push_back({"engine", false, engine.error().message});
        return result;
    }
    result.push_back({"state folder", true, settings.state_directory.string()});
    if (auto* github = (*engine)->github()) {
        auto findings = run_here(github->check_access());
        if (!findings) result.push_back({"GitHub", false, "It could not be asked."});
        for (auto& finding : findings.value_or(std::vector<providers::github::AccessFinding>{})) {
            result.push_back({std::move(finding.name), finding.works, std::move(finding.detail)});
        }
        return result;
    }
    result.push_back({"preview port", true, fmt::format("{}", settings.preview_port)});
    const auto level = (*engine)->sandbox_level();
    const auto why = (*engine)->sandbox_detail();
    result.push_back({"sandbox", true, why.empty() ? level : fmt::format("{} ({})", level, why)});
    const auto health = run_here((*engine)->provider().health());
    result.push_back({"repository", health && health->ok,
                      health && !health->detail.empty() ? health->detail : settings.repository.string()});
    return result;
}

}  // namespace flux::app
