#include "providers/github/credentials.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "json/writer.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"
#include "providers/github/api_error.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/app_token.hpp"
#include "providers/github/github_clock.hpp"
#include "providers/github/request_fields.hpp"
#include "providers/github/shared_answer.hpp"

namespace flux::providers::github {

namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

class FixedToken final : public Credentials {
public:
    explicit FixedToken(Secret token) : token_{std::move(token)} {}
    async::Task<Result<Secret>> token() override { co_return token_; }
    bool refused(const Secret&) override { return false; }
    std::string kind() const override { return "a token"; }

private:
    const Secret token_;
};

class FileToken final : public Credentials {
public:
    explicit FileToken(fs::path file) : file_{std::move(file)} {}

    async::Task<Result<Secret>> token() override {
        std::error_code error;
        const auto changed = fs::last_write_time(file_, error);
        if (!error && (!read_at_ || changed != *read_at_)) {
            if (auto text = read()) {
                token_ = Secret{*std::move(text)};
                read_at_ = changed;
            }
        }
        // While the file is being replaced, the token from before is the best there is.
        if (token_.empty()) {
            co_return fail(
                Errc::upstream_failed,
                "The server has no GitHub token: the file that GITHUB_TOKEN_FILE names can't be read or is empty.",
                "github_credentials_missing");
        }
        co_return token_;
    }

    bool refused(const Secret& token) override {
        read_at_.reset();
        const auto text = read();
        return text && *text != token.reveal();
    }
    std::string kind() const override { return "the token in a file"; }

private:
    std::optional<std::string> read() const {
        std::ifstream stream{file_, std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
        const auto token = trimmed(text);
        if (!stream || token.empty()) return {};
        return std::string{token};
    }

    const fs::path file_;
    std::optional<fs::file_time_type> read_at_;
    Secret token_;
};

class AppInstallation final : public Credentials {
public:
    AppInstallation(AppIdentity app, std::string api_url, net::HttpClient& http, GithubClock& clock)
        : app_{std::move(app)}, api_url_{std::move(api_url)}, http_{http}, clock_{clock} {}

    async::Task<Result<Secret>> token() override {
        constexpr std::chrono::minutes early{10};
        if (!token_.empty() && clock_.now() + early < expires_at_) co_return token_;
        // Held here as well: the maker lets go of it as soon as there is an answer.
        if (const auto coming = making_) {
            co_return co_await coming->wait(steady_clock::now() + std::chrono::seconds{40});
        }
        making_ = std::make_shared<SharedAnswer<Secret>>();
        AnswerPromise<Secret> promise{making_};
        auto made = co_await make();
        making_.reset();
        promise.set(made);
        co_return made;
    }

    bool refused(const Secret& token) override {
        if (token.reveal() != token_.reveal()) return true;
        token_ = Secret{};
        return true;
    }
    std::string kind() const override { return "GitHub App " + app_.app_id; }

private:
    async::Task<Result<Secret>> make() {
        if (app_.installation_id.empty()) {
            const auto path = fmt::format("/repos/{}/installation", app_.repository);
            auto reply = co_await ask("GET", path, {});
            if (!reply) co_return fail(std::move(reply.error()));
            const auto tree = tree_of(reply->body);
            const auto id = tree ? number_of(as_object(*tree), "id") : 0;
            if (id <= 0) co_return fail(Errc::upstream_failed, "GitHub's answer names no installation of the App.");
            app_.installation_id = std::to_string(id);
        }
        // Good for one repository: what leaks opens no other one.
        const auto name = app_.repository.substr(app_.repository.find('/') + 1);
        std::string body;
        json::Writer{body}.object().key("repositories").array().string(name).end_array().end_object();
        const auto path =
            fmt::format("/app/installations/{}/access_tokens", net::percent_encoded(app_.installation_id));
        auto reply = co_await ask("POST", path, body);
        if (!reply) co_return fail(std::move(reply.error()));
        const auto tree = tree_of(reply->body);
        auto token = tree ? text_of(as_object(*tree), "token") : std::string{};
        if (token.empty()) co_return fail(Errc::upstream_failed, "GitHub's answer holds no installation token.");
        token_ = Secret{std::move(token)};
        const auto fallback = clock_.now() + std::chrono::minutes{60};
        expires_at_ = time_of(as_object(*tree), "expires_at").value_or(fallback);
        co_return token_;
    }

    async::Task<Result<net::HttpReply>> ask(std::string method, std::string path, std::string body) {
        constexpr std::chrono::seconds tolerated{30};
        const auto believed = clock_.difference();
        auto reply = co_await ask_once(method, path, body);
        // A signature that begins in GitHub's future, or has ended, is refused; the refusal tells GitHub's time.
        const bool other_time = std::chrono::abs(clock_.difference() - believed) > tolerated;
        if (reply && reply->status == 401 && other_time) {
            reply = co_await ask_once(std::move(method), path, std::move(body));
        }
        if (!reply) co_return fail(std::move(reply.error()));
        if (reply->status >= 300) {
            auto error = error_from(*reply, "make a token of the GitHub App's installation", app_.repository);
            if (reply->status == 404) {
                error.message = fmt::format(
                    "GitHub App {} is not installed on {}. Install it there, or correct "
                    "FLUX_GITHUB_INSTALLATION_ID.",
                    app_.app_id, app_.repository);
                error.reason = "github_app_not_installed";
            }
            co_return fail(std::move(error));
        }
        co_return reply;
    }

    async::Task<Result<net::HttpReply>> ask_once(std::string method, std::string path, std::string body) {
        const auto signature = app_token(app_.app_id, app_.key, clock_.now());
        if (!signature) co_return fail(signature.error());
        net::HttpRequest request;
        request.method = std::move(method);
        request.url = api_url_ + path;
        request.body = std::move(body);
        request.fields = request_fields(*signature, json_media, app_.version);
        auto reply = co_await http_.send(std::move(request));
        if (reply) clock_.heed(*reply);
        co_return reply;
    }

    AppIdentity app_;
    const std::string api_url_;
    net::HttpClient& http_;
    GithubClock& clock_;
    Secret token_;
    WallTime expires_at_{};
    std::shared_ptr<SharedAnswer<Secret>> making_;
};

}  // namespace

std::unique_ptr<Credentials> fixed_token(Secret token) { return std::make_unique<FixedToken>(std::move(token)); }

std::unique_ptr<Credentials> token_in_file(fs::path file) { return std::make_unique<FileToken>(std::move(file)); }

std::unique_ptr<Credentials> app_installation(AppIdentity app, std::string api_url, net::HttpClient& http,
                                              GithubClock& clock) {
    return std::make_unique<AppInstallation>(std::move(app), std::move(api_url), http, clock);
}

}  // namespace flux::providers::github
