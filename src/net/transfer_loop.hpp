#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "net/http_client.hpp"

namespace flux::net {

/// The thread that drives libcurl. `add` and `look_after` may be called from any thread.
class TransferLoop {
public:
    explicit TransferLoop(HttpClientOptions options);
    TransferLoop(const TransferLoop&) = delete;
    TransferLoop& operator=(const TransferLoop&) = delete;
    ~TransferLoop();

    /// Queues a transfer. `unavailable` when too many wait.
    Result<void> add(std::shared_ptr<Transfer> transfer);
    /// The transfer was abandoned, or may go on.
    void look_after(std::shared_ptr<Transfer> transfer);
    /// Ends the thread; every transfer fails as `cancelled`.
    void stop();

    const HttpClientOptions& options() const { return options_; }

private:
    void drive();
    void begin_what_waits();
    void attend();
    void collect_finished();
    void end(const std::shared_ptr<Transfer>& transfer);

    const HttpClientOptions options_;
    CURLM* const multi_;

    std::mutex mutex_;
    std::deque<std::shared_ptr<Transfer>> waiting_;
    std::vector<std::shared_ptr<Transfer>> touched_;
    bool stopping_ = false;

    std::unordered_map<CURL*, std::shared_ptr<Transfer>> active_;  ///< of the thread alone
    std::thread thread_;
};

}  // namespace flux::net
