#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "app/settings.hpp"
#include "async/blocking_pool.hpp"
#include "base/result.hpp"
#include "builds/provider.hpp"
#include "mcp/server.hpp"
#include "observe/metrics.hpp"

namespace flux::providers::github {
class GithubProvider;
}

namespace flux::app {

/// Owns a state folder and everything that works in it: runs, previews with their port, and the protocol's server over
/// them. `serve`, `stdio` and a command without a server each have one.
class Engine {
public:
    /// Builds the parts in their order. `owner` is what a second one is told, e.g. `flux-mcp serve`. `conflict` when
    /// the folder or the preview port belongs to somebody else; blocks.
    static Result<std::unique_ptr<Engine>> start(const Settings& settings, const std::string& owner);

    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    mcp::Server& server();
    builds::Provider& provider();
    /// nullptr where the provider is another one.
    providers::github::GithubProvider* github();
    async::BlockingPool& pool();
    /// What `/metrics` shows of the server.
    observe::Metrics& metrics();

    /// `bwrap` or `none`, and why; empty where runs aren't ours.
    std::string sandbox_level() const;
    std::string sandbox_detail() const;

    /// Takes no more work, stops what runs on this machine and records it, until `deadline`. What is asked is still
    /// answered. Blocks; idempotent.
    void stop_runs(std::chrono::steady_clock::time_point deadline);

private:
    struct Parts;
    explicit Engine(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace flux::app
