#pragma once

#include <atomic>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/task.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/http_client.hpp"
#include "observe/metrics.hpp"
#include "providers/github/background.hpp"
#include "providers/github/circuit_breaker.hpp"
#include "providers/github/credentials.hpp"
#include "providers/github/etag_cache.hpp"
#include "providers/github/github_clock.hpp"
#include "providers/github/pacing.hpp"
#include "providers/github/request_fields.hpp"
#include "providers/github/shared_answer.hpp"

namespace flux::providers::github {

/// Asks GitHub's REST API, with its manners: never more than GitHub allows, nothing twice that several want at once,
/// with ETags, tried again only where that is safe, and with the token to the API's own origin alone. Thread-safe.
///
/// Replies of any status are handed out, but 5xx of a GET only after three tries. Errors are `rate_limited`,
/// `unavailable`, `timed_out` or what the credentials say; those of `send` carry net::not_sent or net::answer_lost as
/// reason unless the request was held back here.
class ApiClient {
public:
    /// All of them outlive it. `repository` is `owner/name`; no more than `at_once` requests are on their way.
    ApiClient(std::string api_url, std::string repository, ApiVersion version, std::size_t at_once,
              net::HttpClient& http, Credentials& credentials, Background& background, const Clock& clock,
              GithubClock& github_clock);

    /// `path` begins with `/`, below the API's URL, or is a whole URL of the same origin. Here and below `principal` is
    /// whose turn it takes where not all can go at once: empty for what the server does for everybody.
    async::Task<Result<net::HttpReply>> get(std::string path, std::string_view media = json_media,
                                            std::string principal = {});

    /// The same without following a redirect: where a log or an archive lies. Not shared.
    async::Task<Result<net::HttpReply>> locate(std::string path);

    /// The reply's JSON; any other status than 200 is an error that says that GitHub did not `what`.
    async::Task<Result<boost::json::value>> get_json(std::string path, std::string what, std::string principal = {});

    /// All pages of a list; `member` holds its items, empty where the answer is the list itself. `complete` tells
    /// whether `most` items sufficed.
    struct Items {
        std::vector<boost::json::value> items;
        bool complete = true;
    };
    async::Task<Result<Items>> get_all(std::string path, std::string what, std::string member, std::size_t most,
                                       std::string principal = {});

    /// A request that changes something; goes once.
    async::Task<Result<net::HttpReply>> send(std::string method, std::string path, std::string body,
                                             std::string principal = {});

    Error error_of(const net::HttpReply& reply, std::string_view what) const;

    const std::string& api_url() const { return api_url_; }
    const std::string& repository() const { return repository_; }
    /// `/repos/owner/name` and `rest`.
    std::string of_repository(std::string_view rest) const;

    ApiVersion version() const { return version_; }
    /// This isn't an Enterprise Server, though its address doesn't say so.
    void speak_newest() { version_ = ApiVersion::of_2026; }

    CircuitBreaker::State breaker() const { return breaker_.state(); }
    std::optional<builds::Quota> quota() const { return pacing_.quota(); }
    std::optional<std::chrono::milliseconds> blocked_for() const { return pacing_.blocked_for(); }
    /// GitHub's time is ours plus this.
    std::chrono::microseconds clock_difference() const { return github_clock_.difference(); }
    /// Requests by what came of them, for metrics.
    struct Outcomes {
        observe::Counter answered;    ///< 2xx and 3xx, but for 304
        observe::Counter unchanged;   ///< 304
        observe::Counter refused;     ///< 4xx
        observe::Counter too_often;   ///< by GitHub's limits
        observe::Counter failed;      ///< 5xx
        observe::Counter unanswered;  ///< no answer came
        observe::Counter held_back;   ///< never sent: by the circuit breaker, or because of a limit
    };
    const Outcomes& outcomes() const { return outcomes_; }
    /// Requests that wait for their turn.
    std::size_t waiting() const { return pacing_.waiting(); }

private:
    struct Asked {
        std::string method;
        std::string url;
        std::string body;
        std::string media;
        std::string principal;
        bool shared = false;  ///< others may wait for the same answer
        bool follows = true;  ///< redirects inside the API
    };
    using Reply = net::HttpReply;

    async::Task<> fly(Asked asked, AnswerPromise<Reply> promise);
    void count(const Reply& reply);
    static std::string key_of(const Asked& asked);
    async::Task<Result<Reply>> ask_alone(Asked asked);
    async::Task<Result<Reply>> ask(Asked asked);
    async::Task<Result<Reply>> ask_with_retries(Asked asked);
    async::Task<Result<Reply>> ask_once(Asked asked);
    async::Task<Result<Reply>> ask_signed(Asked asked);
    async::Task<Result<Reply>> ask_with_token(Asked asked, Secret token);
    Result<Reply> from_cache(const std::string& key, Reply reply);
    void note(const Asked& asked, const Result<Reply>& reply, std::chrono::steady_clock::time_point begin);
    bool may_retry();
    Result<std::string> whole_url(const std::string& path) const;

    const std::string api_url_;
    const std::string repository_;
    std::atomic<ApiVersion> version_;
    net::HttpClient& http_;
    Credentials& credentials_;
    Background& background_;
    GithubClock& github_clock_;
    Pacing pacing_;
    Outcomes outcomes_;
    CircuitBreaker breaker_;
    EtagCache etags_;

    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<SharedAnswer<Reply>>> in_flight_;  ///< GETs by key_of()
    double retries_ = 10;  ///< that may be made: a tenth of the requests, ten at most at once
};

}  // namespace flux::providers::github
