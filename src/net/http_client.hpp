#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "async/task.hpp"
#include "base/result.hpp"
#include "net/http_message.hpp"

namespace flux::net {

class Transfer;
class TransferLoop;

struct HttpClientOptions {
    std::size_t at_once = 8;            ///< requests in flight; more wait their turn, first come first served
    std::size_t waiting = 2048;         ///< more are refused as `unavailable`
    std::string certificate_file = {};  ///< further roots to trust beside the system's, PEM; empty: none
};

/// A reply whose head has come and whose body is read piece by piece. While nobody reads, at most 1 MiB of it is kept
/// and the other side is held back. Giving it up ends the transfer.
class HttpDownload {
public:
    HttpDownload(std::shared_ptr<TransferLoop> loop, std::shared_ptr<Transfer> transfer);
    HttpDownload(const HttpDownload&) = delete;
    HttpDownload& operator=(const HttpDownload&) = delete;
    ~HttpDownload();

    const HttpReply& head() const;

    /// The next piece; empty at the end. What came before a failure is handed out before it.
    async::Task<Result<std::string>> read();

private:
    std::shared_ptr<TransferLoop> loop_;
    std::shared_ptr<Transfer> transfer_;
};

/// Sends requests with libcurl, on a thread of its own; whoever waits resumes on his own executor. TLS certificates are
/// verified always, proxies come from the environment (`HTTPS_PROXY`, `NO_PROXY`). Thread-safe; a task that is
/// cancelled takes its request along.
///
/// Failures below HTTP are `unavailable`, `timed_out`, `too_large` or `forbidden` (an address that `Reach` excludes),
/// with one of the reasons in net/http_message.hpp. Any status is a reply.
class HttpClient {
public:
    explicit HttpClient(HttpClientOptions options = {});
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    /// What is in flight fails as `cancelled`.
    ~HttpClient();

    /// The whole reply. `too_large` when its body passes the request's `body_limit`.
    async::Task<Result<HttpReply>> send(HttpRequest request);

    /// The head; then the body piece by piece.
    async::Task<Result<std::unique_ptr<HttpDownload>>> open(HttpRequest request);

private:
    std::shared_ptr<TransferLoop> loop_;
};

}  // namespace flux::net
