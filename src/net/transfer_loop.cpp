#include "net/transfer_loop.hpp"

#include <algorithm>
#include <utility>

#include "net/transfer.hpp"

namespace flux::net {

namespace {

constexpr int poll_limit_ms = 1000;

CURLM* new_multi() {
    static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(initialized);
    return curl_multi_init();
}

}  // namespace

TransferLoop::TransferLoop(HttpClientOptions options)
    : options_{std::move(options)}, multi_{new_multi()}, thread_{[this] { drive(); }} {}

TransferLoop::~TransferLoop() {
    stop();
    curl_multi_cleanup(multi_);
}

Result<void> TransferLoop::add(std::shared_ptr<Transfer> transfer) {
    {
        const std::scoped_lock lock{mutex_};
        if (stopping_) return fail(Errc::cancelled, "The server is stopping.");
        if (waiting_.size() >= options_.waiting) {
            return fail(Error{Errc::unavailable, "Too many requests to other servers are waiting. Try again.",
                              std::string{not_sent}, std::chrono::milliseconds{2000}});
        }
        waiting_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_);
    return {};
}

void TransferLoop::look_after(std::shared_ptr<Transfer> transfer) {
    {
        const std::scoped_lock lock{mutex_};
        if (stopping_) return;
        touched_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_);
}

void TransferLoop::stop() {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    if (thread_.joinable()) thread_.join();
}

void TransferLoop::drive() {
    while (true) {
        {
            const std::scoped_lock lock{mutex_};
            if (stopping_) break;
        }
        begin_what_waits();
        attend();
        int running = 0;
        curl_multi_perform(multi_, &running);
        collect_finished();
        curl_multi_poll(multi_, nullptr, 0, poll_limit_ms, nullptr);
    }
    const Error stopped{Errc::cancelled, "The server is stopping."};
    for (const auto& [handle, transfer] : active_) {
        curl_multi_remove_handle(multi_, handle);
        transfer->fail_with(stopped);
    }
    active_.clear();
    const std::scoped_lock lock{mutex_};
    for (const auto& transfer : waiting_) transfer->fail_with(stopped);
    waiting_.clear();
    touched_.clear();
}

void TransferLoop::begin_what_waits() {
    while (active_.size() < options_.at_once) {
        std::shared_ptr<Transfer> next;
        {
            const std::scoped_lock lock{mutex_};
            if (waiting_.empty()) return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        if (next->abandoned()) continue;
        curl_multi_add_handle(multi_, next->handle());
        active_.emplace(next->handle(), std::move(next));
    }
}

void TransferLoop::attend() {
    std::vector<std::shared_ptr<Transfer>> touched;
    {
        const std::scoped_lock lock{mutex_};
        touched.swap(touched_);
        for (const auto& transfer : touched) {
            if (transfer->abandoned()) std::erase(waiting_, transfer);
        }
    }
    for (const auto& transfer : touched) {
        if (!active_.contains(transfer->handle())) continue;
        if (transfer->abandoned()) {
            end(transfer);
        } else {
            transfer->resume();
        }
    }
}

void TransferLoop::collect_finished() {
    int left = 0;
    bool any = false;
    while (const auto* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const auto code = message->data.result;
        const auto found = active_.find(message->easy_handle);
        if (found == active_.end()) continue;
        const auto transfer = found->second;
        transfer->finish(code);
        end(transfer);
        any = true;
    }
    // Their places are free: what waits goes before the thread sleeps.
    if (any) {
        begin_what_waits();
        curl_multi_wakeup(multi_);
    }
}

void TransferLoop::end(const std::shared_ptr<Transfer>& transfer) {
    curl_multi_remove_handle(multi_, transfer->handle());
    active_.erase(transfer->handle());
}

}  // namespace flux::net
