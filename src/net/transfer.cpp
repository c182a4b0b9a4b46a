#include "net/transfer.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "base/text.hpp"
#include "net/proxy.hpp"
#include "net/public_address.hpp"
#include "net/url.hpp"

namespace flux::net {

namespace {

constexpr std::size_t most_kept = std::size_t{1024} * 1024;
constexpr std::size_t largest_head = std::size_t{256} * 1024;

std::string host_of(const std::string& url) {
    const auto start = url.find("://");
    if (start == std::string::npos) return "the server";
    const auto end = url.find_first_of("/?#", start + 3);
    return url.substr(start + 3, end == std::string::npos ? end : end - start - 3);
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
    curl_easy_setopt(handle, option, value);
}

}  // namespace

Transfer::Transfer(HttpRequest request, const std::string& certificate_file)
    : request_{std::move(request)},
      handle_{curl_easy_init(), &curl_easy_cleanup},
      fields_{nullptr, &curl_slist_free_all} {
    prepare(certificate_file);
}

Transfer::~Transfer() = default;

void Transfer::prepare(const std::string& certificate_file) {
    auto* handle = handle_.get();
    set(handle, CURLOPT_PRIVATE, this);
    set(handle, CURLOPT_URL, request_.url.c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_NOPROGRESS, 1L);
    set(handle, CURLOPT_BUFFERSIZE, 64L * 1024);
    set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, request_.connect_limit.count());
    set(handle, CURLOPT_TIMEOUT_MS, request_.total_limit.count());
    set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(handle, CURLOPT_LOW_SPEED_TIME, request_.idle_limit.count());
    if (!certificate_file.empty()) set(handle, CURLOPT_CAINFO, certificate_file.c_str());
    if (request_.compressed) set(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
    // libcurl sends a request again by itself when a kept connection dies without an answer, a POST too.
    if (!request_.repeatable) set(handle, CURLOPT_FRESH_CONNECT, 1L);
    if (request_.reach != Reach::anywhere) keep_within_reach();

    if (request_.method == "HEAD") {
        set(handle, CURLOPT_NOBODY, 1L);
    } else if (request_.method != "GET") {
        set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        set(handle, CURLOPT_POSTFIELDS, request_.body.data());
        set(handle, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
    auto* list = curl_slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : request_.fields) {
        // A line break in a value would become a field of its own.
        if (value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos) continue;
        const auto line = value.empty() ? name + ";" : name + ": " + value;
        list = curl_slist_append(list, line.c_str());
    }
    fields_.reset(list);
    set(handle, CURLOPT_HTTPHEADER, list);
    set(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(handle, CURLOPT_HEADERDATA, this);
    set(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(handle, CURLOPT_WRITEDATA, this);
}

void Transfer::keep_within_reach() {
    auto* handle = handle_.get();
    const auto url = Url::parse(request_.url);
    // What was decided here is what libcurl does, whatever it would read in the environment.
    if (url && goes_through_proxy(*url)) {
        set(handle, CURLOPT_NOPROXY, "");
        return;
    }
    set(handle, CURLOPT_PROXY, "");
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_socket);
    set(handle, CURLOPT_OPENSOCKETDATA, this);
}

std::size_t Transfer::on_header(char* text, std::size_t size, std::size_t count, void* self) {
    const auto bytes = size * count;
    return static_cast<Transfer*>(self)->take_header({text, bytes}) ? bytes : 0;
}

bool Transfer::take_header(std::string_view line) {
    const std::scoped_lock lock{mutex_};
    if (abandoned_) return false;
    if (head_complete_) return true;  // a trailer
    head_bytes_ += line.size();
    if (head_bytes_ > largest_head) {
        head_too_large_ = true;
        return false;
    }
    line = trimmed(line);
    if (line.starts_with("HTTP/")) {
        head_.fields.clear();
        const auto blank = line.find(' ');
        const auto number = blank == std::string_view::npos ? std::nullopt : to_integer(line.substr(blank + 1, 3));
        head_.status = static_cast<int>(number.value_or(0));
        return true;
    }
    if (line.empty()) {
        if (head_.status < 200) return true;  // an interim reply
        head_complete_ = true;
        changes_.bump();
        return true;
    }
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
        head_.fields.emplace_back(ascii_lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
    }
    return true;
}

std::size_t Transfer::on_body(char* text, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const auto bytes = size * count;
    const std::scoped_lock lock{transfer.mutex_};
    if (transfer.abandoned_) return 0;
    if (!transfer.body_.empty() && transfer.body_.size() + bytes > most_kept) {
        transfer.held_back_ = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    transfer.body_.append(text, bytes);
    transfer.changes_.bump();
    return bytes;
}

curl_socket_t Transfer::on_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(self);
    const bool allowed = transfer.request_.reach == Reach::public_only ? is_public_address(address->addr)
                                                                       : !is_link_local_address(address->addr);
    if (!allowed) {
        transfer.refused_address_ = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Transfer::Glance Transfer::glance(bool take) {
    const std::scoped_lock lock{mutex_};
    Glance seen{.head = head_complete_, .done = done_, .error = error_, .piece = {}, .resume = false};
    if (take) {
        seen.piece = std::exchange(body_, {});
        seen.resume = held_back_;
    }
    return seen;
}

void Transfer::abandon() {
    const std::scoped_lock lock{mutex_};
    abandoned_ = true;
}

bool Transfer::abandoned() const {
    const std::scoped_lock lock{mutex_};
    return abandoned_;
}

void Transfer::resume() {
    {
        const std::scoped_lock lock{mutex_};
        if (!held_back_ || !body_.empty()) return;
        held_back_ = false;
    }
    // Calls on_body() with what it holds.
    curl_easy_pause(handle_.get(), CURLPAUSE_CONT);
}

Error Transfer::error_of(CURLcode code) const {
    const auto host = host_of(request_.url);
    if (refused_address_) {
        return {Errc::forbidden, fmt::format("{} leads to an address where this server does not go.", host),
                std::string{address_refused}};
    }
    if (head_too_large_)
        return {Errc::too_large, fmt::format("{} answered with too large a head.", host), std::string{answer_lost}};
    curl_off_t connected = 0;
    long request_bytes = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_PRETRANSFER_TIME_T, &connected);
    curl_easy_getinfo(handle_.get(), CURLINFO_REQUEST_SIZE, &request_bytes);
    const std::string reason{connected > 0 || request_bytes > 0 ? answer_lost : not_sent};
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return {Errc::timed_out, fmt::format("{} did not answer in time.", host), reason};
    case CURLE_COULDNT_RESOLVE_HOST:
        return {Errc::unavailable, fmt::format("The name {} can't be resolved.", host), reason};
    case CURLE_COULDNT_RESOLVE_PROXY:
        return {Errc::unavailable, "The name of the proxy (HTTPS_PROXY) can't be resolved.", reason};
    case CURLE_COULDNT_CONNECT: return {Errc::unavailable, fmt::format("{} can't be reached.", host), reason};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return {Errc::unavailable, fmt::format("The certificate of {} is not to be trusted.", host), reason};
    case CURLE_SSL_CONNECT_ERROR:
        return {Errc::unavailable, fmt::format("No TLS connection to {} comes about.", host), reason};
    default:
        return {Errc::unavailable,
                fmt::format("The connection to {} failed: {}.", host, ascii_lower(curl_easy_strerror(code))), reason};
    }
}

void Transfer::finish(CURLcode code) {
    if (code != CURLE_OK) {
        fail_with(error_of(code));
        return;
    }
    const std::scoped_lock lock{mutex_};
    if (!head_complete_) {
        error_ = Error{Errc::unavailable, fmt::format("{} gave no answer.", host_of(request_.url)),
                       std::string{answer_lost}};
    }
    done_ = true;
    changes_.bump();
}

void Transfer::fail_with(Error error) {
    const std::scoped_lock lock{mutex_};
    if (done_) return;
    error_ = std::move(error);
    done_ = true;
    changes_.bump();
}

}  // namespace flux::net
