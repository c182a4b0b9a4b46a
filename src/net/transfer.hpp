#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "async/changes.hpp"
#include "base/result.hpp"
#include "net/http_message.hpp"

namespace flux::net {

/// One request on its way, between the thread of libcurl and the task that waits. What is under the mutex is shared;
/// the handle belongs to the thread.
class Transfer {
public:
    Transfer(HttpRequest request, const std::string& certificate_file);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer();

    CURL* handle() const { return handle_.get(); }

    /// The waiting side.
    struct Glance {
        bool head = false;
        bool done = false;
        std::optional<Error> error;
        std::string piece;    ///< of the body, taken out
        bool resume = false;  ///< the transfer was held back and may go on
    };
    /// With `take`, the piece that has come is handed out.
    Glance glance(bool take);
    const HttpReply& head() const { return head_; }  ///< valid once `Glance::head` was seen
    async::Changes& changes() { return changes_; }
    void abandon();

    /// The thread's side.
    bool abandoned() const;
    void resume();
    void finish(CURLcode code);
    void fail_with(Error error);

private:
    using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
    using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

    static std::size_t on_header(char* text, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* text, std::size_t size, std::size_t count, void* self);
    static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

    void prepare(const std::string& certificate_file);
    void keep_within_reach();
    bool take_header(std::string_view line);
    Error error_of(CURLcode code) const;

    const HttpRequest request_;
    Handle handle_;
    List fields_;
    bool refused_address_ = false;
    bool head_too_large_ = false;
    std::size_t head_bytes_ = 0;

    mutable std::mutex mutex_;
    HttpReply head_;
    bool head_complete_ = false;
    bool done_ = false;
    bool held_back_ = false;
    bool abandoned_ = false;
    std::optional<Error> error_;
    std::string body_;
    async::Changes changes_;
};

}  // namespace flux::net
