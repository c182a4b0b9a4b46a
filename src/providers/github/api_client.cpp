#include "providers/github/api_client.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "async/timer.hpp"
#include "base/id.hpp"
#include "net/url.hpp"
#include "observe/log.hpp"
#include "providers/github/api_error.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/link_header.hpp"

namespace flux::providers::github {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int tries = 3;
constexpr int most_redirects = 5;
/// A caller waits this long for a turn before he is told when to come again.
constexpr milliseconds patience{8'000};
constexpr std::chrono::seconds answer_limit{50};
constexpr milliseconds read_limit{15'000};
constexpr milliseconds write_limit{25'000};
constexpr std::size_t largest_answer = std::size_t{32} * 1024 * 1024;

bool is_redirect(int status) { return status == 301 || status == 302 || status == 307 || status == 308; }

/// Between half and all of it, so that those who failed together don't come again together.
milliseconds with_jitter(milliseconds time) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<milliseconds::rep> spread{time.count() / 2, time.count()};
    return milliseconds{spread(random)};
}

/// Whether the failure says something about the server, and not about us.
bool blames_the_server(const Error& error) {
    return error.code == Errc::unavailable || error.code == Errc::timed_out || error.code == Errc::too_large;
}

/// What went wrong on the way, said for somebody who knows nothing of ways.
Error without_answer(Error error) {
    if (error.code == Errc::too_large) {
        return {Errc::upstream_failed,
                "GitHub's answer is larger than this server takes. Try again later.",
                "upstream_answer_invalid",
                {}};
    }
    error.message = fmt::format("GitHub can't be asked: {} Try again in a moment.", error.message);
    return error;
}

std::string without_query(const std::string& url) { return url.substr(0, url.find('?')); }

}  // namespace

ApiClient::ApiClient(std::string api_url, std::string repository, ApiVersion version, std::size_t at_once,
                     net::HttpClient& http, Credentials& credentials, Background& background, const Clock& clock,
                     GithubClock& github_clock)
    : api_url_{std::move(api_url)},
      repository_{std::move(repository)},
      version_{version},
      http_{http},
      credentials_{credentials},
      background_{background},
      github_clock_{github_clock},
      pacing_{clock, at_once},
      breaker_{clock} {}

std::string ApiClient::of_repository(std::string_view rest) const {
    return fmt::format("/repos/{}{}", repository_, rest);
}

Error ApiClient::error_of(const Reply& reply, std::string_view what) const {
    return error_from(reply, what, repository_);
}

Result<std::string> ApiClient::whole_url(const std::string& path) const {
    if (path.starts_with('/')) return api_url_ + path;
    const auto url = net::Url::parse(path);
    const auto base = net::Url::parse(api_url_);
    if (!url || !base || url->origin() != base->origin()) {
        return fail(Errc::upstream_failed,
                    "GitHub's answer leads to another host, where the server's token must not go.", "redirect_refused");
    }
    return url->text();
}

std::string ApiClient::key_of(const Asked& asked) {
    // Not of two principals: nobody waits in another's line.
    return fmt::format("{} {} {}", asked.media, asked.url, asked.principal);
}

async::Task<Result<net::HttpReply>> ApiClient::get(std::string path, std::string_view media, std::string principal) {
    auto url = whole_url(path);
    if (!url) co_return fail(std::move(url.error()));
    Asked asked{.method = "GET",
                .url = *std::move(url),
                .body = {},
                .media = std::string{media},
                .principal = std::move(principal),
                .shared = true,
                .follows = true};
    const auto key = key_of(asked);
    std::shared_ptr<SharedAnswer<Reply>> answer;
    bool first = false;
    {
        const std::scoped_lock lock{mutex_};
        auto& place = in_flight_[key];
        first = !place;
        if (first) place = std::make_shared<SharedAnswer<Reply>>();
        answer = place;
    }
    if (first) background_.start(fly(std::move(asked), AnswerPromise<Reply>{answer}));
    co_return co_await answer->wait(steady_clock::now() + answer_limit);
}

async::Task<> ApiClient::fly(Asked asked, AnswerPromise<Reply> promise) {
    const auto key = key_of(asked);
    const bool shared = asked.shared;
    auto reply = co_await ask(std::move(asked));
    if (shared) {
        const std::scoped_lock lock{mutex_};
        in_flight_.erase(key);
    }
    promise.set(std::move(reply));
}

async::Task<Result<net::HttpReply>> ApiClient::send(std::string method, std::string path, std::string body,
                                                    std::string principal) {
    auto url = whole_url(path);
    if (!url) co_return fail(std::move(url.error()));
    Asked asked{.method = std::move(method),
                .url = *std::move(url),
                .body = std::move(body),
                .media = std::string{json_media},
                .principal = std::move(principal),
                .shared = false,
                .follows = true};
    co_return co_await ask_alone(std::move(asked));
}

async::Task<Result<net::HttpReply>> ApiClient::locate(std::string path) {
    auto url = whole_url(path);
    if (!url) co_return fail(std::move(url.error()));
    Asked asked{.method = "GET",
                .url = *std::move(url),
                .body = {},
                .media = std::string{json_media},
                .principal = {},
                .shared = false,
                .follows = false};
    co_return co_await ask_alone(std::move(asked));
}

async::Task<Result<net::HttpReply>> ApiClient::ask_alone(Asked asked) {
    auto answer = std::make_shared<SharedAnswer<Reply>>();
    background_.start(fly(std::move(asked), AnswerPromise<Reply>{answer}));
    co_return co_await answer->wait(steady_clock::now() + answer_limit);
}

async::Task<Result<net::HttpReply>> ApiClient::ask(Asked asked) {
    for (int followed = 0; followed <= most_redirects; ++followed) {
        auto reply = co_await ask_with_retries(asked);
        if (!reply || !asked.follows || !is_redirect(reply->status)) co_return reply;
        const auto location = reply->field("location");
        const auto here = net::Url::parse(asked.url);
        if (!location || !here) co_return reply;
        const auto there = here->resolved(*location);
        // Logs lie on another host: the caller fetches them, without the token.
        if (!there || there->origin() != here->origin()) co_return reply;
        // A repository that was renamed: 301 and 308 say so for good, and GitHub means the same method for each of
        // them.
        asked.url = there->text();
    }
    co_return fail(Errc::upstream_failed, "GitHub sends from one address to the next without end.", "redirect_refused");
}

bool ApiClient::may_retry() {
    const std::scoped_lock lock{mutex_};
    if (retries_ < 1) return false;
    retries_ -= 1;
    return true;
}

async::Task<Result<net::HttpReply>> ApiClient::ask_with_retries(Asked asked) {
    milliseconds pause{250};
    for (int attempt = 1;; ++attempt) {
        auto reply = co_await ask_once(asked);
        const bool failed =
            reply ? reply->status >= 500 : blames_the_server(reply.error()) && reply.error().code != Errc::too_large;
        const bool held_back = !reply && reply.error().reason == "upstream_unavailable";
        if (!failed || held_back || asked.method != "GET" || attempt == tries || !may_retry()) co_return reply;
        co_await async::sleep_for(with_jitter(pause));
        pause *= 3;
    }
}

async::Task<Result<net::HttpReply>> ApiClient::ask_once(Asked asked) {
    for (int attempt = 1;; ++attempt) {
        const auto going = co_await pacing_.take(asked.principal, asked.method != "GET", patience);
        if (!going) {
            outcomes_.held_back.add();
            co_return fail(going.error());
        }
        auto reply = co_await ask_signed(asked);
        const bool again = reply && says_too_often(*reply) && asked.method == "GET" && attempt < tries;
        if (!again) co_return reply;
    }
}

async::Task<Result<net::HttpReply>> ApiClient::ask_signed(Asked asked) {
    auto token = co_await credentials_.token();
    if (!token) co_return fail(std::move(token.error()));
    auto reply = co_await ask_with_token(asked, *token);
    if (!reply || reply->status != 401 || !credentials_.refused(*token)) co_return reply;

    // Nothing was done with a token that is refused either.
    etags_.clear();
    auto newer = co_await credentials_.token();
    if (!newer) co_return fail(std::move(newer.error()));
    co_return co_await ask_with_token(std::move(asked), *std::move(newer));
}

async::Task<Result<net::HttpReply>> ApiClient::ask_with_token(Asked asked, Secret token) {
    auto admitted = breaker_.admit();
    if (!admitted) {
        outcomes_.held_back.add();
        co_return fail(std::move(admitted.error()));
    }
    const auto key = fmt::format("{} {}", asked.media, asked.url);
    net::HttpRequest request;
    request.method = asked.method;
    request.url = asked.url;
    request.body = asked.body;
    request.fields = request_fields(token, asked.media, version_);
    request.body_limit = largest_answer;
    request.repeatable = asked.method == "GET";
    // GitHub itself gives up after ten seconds.
    request.total_limit = asked.method == "GET" ? read_limit : write_limit;
    if (asked.method == "GET") {
        if (auto etag = etags_.etag_of(key); !etag.empty())
            request.fields.emplace_back("If-None-Match", std::move(etag));
    } else {
        request.fields.emplace_back("Content-Type", "application/json");
    }
    {
        const std::scoped_lock lock{mutex_};
        retries_ = std::min(10.0, retries_ + 0.1);
    }
    const auto begin = steady_clock::now();
    auto reply = co_await http_.send(std::move(request));
    note(asked, reply, begin);
    if (!reply) co_return fail(without_answer(std::move(reply.error())));
    if (asked.method != "GET") co_return reply;
    co_return from_cache(key, *std::move(reply));
}

void ApiClient::note(const Asked& asked, const Result<Reply>& reply, steady_clock::time_point begin) {
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin).count();
    if (!reply) {
        outcomes_.unanswered.add();
        if (blames_the_server(reply.error())) {
            breaker_.failed();
        } else {
            breaker_.undecided();
        }
        observe::log::warning("GitHub gave no answer", {{"method", asked.method},
                                                        {"url", without_query(asked.url)},
                                                        {"error", reply.error().message},
                                                        {"ms", took}});
        return;
    }
    count(*reply);
    if (reply->status >= 500) {
        breaker_.failed();
    } else {
        breaker_.succeeded();
    }
    pacing_.heed(*reply);
    github_clock_.heed(*reply);
    observe::log::debug("asked GitHub", {{"method", asked.method},
                                         {"url", without_query(asked.url)},
                                         {"status", reply->status},
                                         {"ms", took},
                                         {"github_request_id", reply->field("x-github-request-id").value_or("")}});
}

void ApiClient::count(const Reply& reply) {
    if (says_too_often(reply)) {
        outcomes_.too_often.add();
    } else if (reply.status >= 500) {
        outcomes_.failed.add();
    } else if (reply.status >= 400) {
        outcomes_.refused.add();
    } else if (reply.status == 304) {
        outcomes_.unchanged.add();
    } else {
        outcomes_.answered.add();
    }
}

Result<net::HttpReply> ApiClient::from_cache(const std::string& key, Reply reply) {
    if (reply.status != 304) {
        etags_.keep(key, reply);
        return reply;
    }
    auto kept = etags_.find(key);
    if (kept) return *std::move(kept);
    return fail(Errc::upstream_failed, "GitHub answered that nothing changed since an answer that it never gave.",
                "upstream_answer_unexpected");
}

async::Task<Result<boost::json::value>> ApiClient::get_json(std::string path, std::string what, std::string principal) {
    auto reply = co_await get(std::move(path), json_media, std::move(principal));
    if (!reply) co_return fail(std::move(reply.error()));
    if (reply->status != 200) co_return fail(error_of(*reply, what));
    co_return tree_of(reply->body);
}

async::Task<Result<ApiClient::Items>> ApiClient::get_all(std::string path, std::string what, std::string member,
                                                         std::size_t most, std::string principal) {
    Items all;
    while (true) {
        auto reply = co_await get(std::move(path), json_media, principal);
        if (!reply) co_return fail(std::move(reply.error()));
        if (reply->status != 200) co_return fail(error_of(*reply, what));
        auto tree = tree_of(reply->body);
        if (!tree) co_return fail(std::move(tree.error()));
        auto page = list_in(*tree, member);
        if (!page) co_return fail(std::move(page.error()));
        for (auto& item : *page) {
            if (all.items.size() == most) {
                all.complete = false;
                co_return all;
            }
            all.items.push_back(std::move(item));
        }
        path = next_page(reply->field("link").value_or(""));
        if (path.empty() || page->empty()) co_return all;
    }
}

}  // namespace flux::providers::github
