#include "app/github_hooks.hpp"

#include <string_view>
#include <utility>

#include "observe/log.hpp"
#include "providers/github/github_provider.hpp"
#include "transport/http_reply.hpp"

namespace flux::app {

namespace {

transport::HttpResponse said(int status, std::string_view text) {
    transport::HttpResponse response;
    response.status = status;
    response.content_type = "text/plain";
    response.fields.emplace_back("Cache-Control", "no-store");
    response.body = text;
    return response;
}

}  // namespace

GithubHooks::GithubHooks(providers::github::GithubProvider& provider, Secret secret, async::BlockingPool& pool,
                         transport::HttpHandler& next)
    : provider_{provider}, secret_{std::move(secret)}, pool_{pool}, next_{next} {}

async::Task<transport::HttpResponse> GithubHooks::answer(transport::HttpRequest request) {
    if (request.path != "/webhooks/github") {
        auto answered = next_.answer(std::move(request));
        co_return co_await std::move(answered);
    }
    auto work = [this, asked = std::move(request)] { return take(asked); };
    auto taken = pool_.run(std::move(work));
    co_return co_await std::move(taken);
}

transport::HttpResponse GithubHooks::take(const transport::HttpRequest& request) {
    using providers::github::HookAnswer;
    if (request.method != "POST") return transport::reply_not_allowed("POST");
    if (secret_.empty()) return said(404, "Webhooks are off: the server has no FLUX_WEBHOOK_SECRET.\n");
    const auto field = [&request](std::string_view name) { return request.field(name).value_or(""); };
    const auto answer = provider_.take_hook(secret_, field("x-github-event"), field("x-github-delivery"),
                                            field("x-hub-signature-256"), request.body);
    switch (answer) {
    case HookAnswer::taken: return said(202, "Taken.\n");
    case HookAnswer::ignored: return said(202, "Nothing to do.\n");
    case HookAnswer::refused: break;
    }
    observe::log::warning("a webhook with a wrong signature was refused", {{"peer", request.peer}});
    return said(401, "The signature is not the one of this server's FLUX_WEBHOOK_SECRET.\n");
}

}  // namespace flux::app
