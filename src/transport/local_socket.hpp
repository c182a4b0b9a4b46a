#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "admission/visitor.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace flux::mcp {
class Server;
}

namespace flux::transport {

/// As what a local process attaches: for an MCP client on its stdio, or for a person's terminal.
enum class LocalRole { stdio, terminal };

/// The Unix socket through which `stdio`, `preview` and `logs` reach the server that owns the state folder. One message
/// a line, after a first line `{"flux":"attach","as":"stdio"}` (or `"terminal"`), answered by `{"flux":"attached"}`.
///
/// Only processes of the server's own user get in (mode 0600, and the peer's uid is asked of the kernel).
class LocalSocket {
public:
    /// Who a peer of that role is; asked once for each that attaches, on `executor`.
    using Visitors = std::function<Result<admission::Visitor>(LocalRole)>;

    LocalSocket(async::Executor executor, std::filesystem::path path, mcp::Server& server, Visitors visitors,
                std::size_t message_bytes = 1 << 20);
    LocalSocket(const LocalSocket&) = delete;
    LocalSocket& operator=(const LocalSocket&) = delete;
    ~LocalSocket();

    /// Binds and accepts. A socket file that nobody listens on is replaced; one that answers is a `conflict`.
    Result<void> start();

    /// Stops accepting, removes the file, lets requests in flight finish until `limit`, then cuts. Has to have ended
    /// before this is destroyed.
    async::Task<> drain(std::chrono::milliseconds limit);

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

/// A process's end of the local socket.
class LocalLink {
public:
    explicit LocalLink(async::Executor executor);
    LocalLink(LocalLink&&) noexcept;
    LocalLink& operator=(LocalLink&&) noexcept;
    ~LocalLink();

    /// Writes one message (without line feed).
    async::Task<Result<void>> send(std::string message);

    /// The next message; `unavailable` when the server has gone.
    async::Task<Result<std::string>> receive();

private:
    friend async::Task<Result<LocalLink>> attach(std::filesystem::path path, LocalRole role);
    friend async::Task<Result<void>> relay(LocalLink link, int input, int output);

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Connects and says hello. `not_found` when nobody listens at `path`.
async::Task<Result<LocalLink>> attach(std::filesystem::path path, LocalRole role);

/// Carries bytes between two descriptors (0 and 1) and the link until either side ends: `flux-mcp stdio` beside a
/// server.
async::Task<Result<void>> relay(LocalLink link, int input, int output);

}  // namespace flux::transport
