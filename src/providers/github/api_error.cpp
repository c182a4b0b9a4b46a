#include "providers/github/api_error.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "providers/github/api_text.hpp"
#include "providers/github/pacing.hpp"

namespace flux::providers::github {

namespace {

using std::chrono::milliseconds;

std::string detail_of(const boost::json::value& detail) {
    if (detail.is_string()) return std::string{std::string_view{detail.get_string()}};
    const auto& object = as_object(detail);
    if (auto message = text_of(object, "message"); !message.empty()) return message;
    const auto field = text_of(object, "field");
    const auto code = text_of(object, "code");
    return field.empty() || code.empty() ? std::string{} : fmt::format("{}: {}", field, code);
}

std::string permissions_wanted(const net::HttpReply& reply) {
    const auto field = reply.field("x-accepted-github-permissions");
    if (!field || field->empty()) return {};
    std::string text;
    // `a=write,b=read; c=read`: semicolons separate alternatives.
    for (const auto alternative : split(*field, ';')) {
        if (trimmed(alternative).empty()) continue;
        std::string all;
        for (const auto one : split(alternative, ',')) {
            const auto equals = one.find('=');
            const auto name = trimmed(one.substr(0, equals));
            const auto level = equals == std::string_view::npos ? "read" : trimmed(one.substr(equals + 1));
            all += fmt::format("{}`{}: {}`", all.empty() ? "" : " and ", to_utf8(name), to_utf8(level));
        }
        text += fmt::format("{}{}", text.empty() ? "" : ", or ", all);
    }
    return shortened(text, 300);
}

std::string quoted(const std::string& message) {
    return message.empty() ? std::string{} : fmt::format(" It says: \"{}\".", message);
}

}  // namespace

std::string message_of(const net::HttpReply& reply) {
    const auto tree = tree_of(reply.body);
    if (!tree) return {};
    const auto& body = as_object(*tree);
    auto message = text_of(body, "message");
    for (const auto& each : array_of(body, "errors")) {
        const auto detail = detail_of(each);
        if (!detail.empty()) message += fmt::format("{}{}", message.empty() ? "" : "; ", detail);
    }
    while (message.ends_with('.')) message.pop_back();
    return shortened(to_utf8(message), 300);
}

Error error_from(const net::HttpReply& reply, std::string_view what, std::string_view repository) {
    const auto message = message_of(reply);
    const auto says = quoted(message);
    if (says_too_often(reply)) {
        const bool primary = reply.field("x-ratelimit-remaining") == "0";
        return {Errc::rate_limited,
                fmt::format("GitHub's rate limit for this server's token is reached.{} Try again later.", says),
                primary ? "upstream_primary" : "upstream_secondary", milliseconds{60'000}};
    }
    switch (reply.status) {
    case 401:
        return {Errc::upstream_failed,
                fmt::format(
                    "GitHub doesn't accept the server's credentials (401).{} Its operator has to renew GITHUB_TOKEN, "
                    "or the key of the GitHub App; `flux-mcp check` tries them.",
                    says),
                "github_credentials_refused",
                {}};
    case 403: {
        const auto wanted = permissions_wanted(reply);
        return {Errc::forbidden,
                fmt::format("The server's GitHub credentials may not {} in {}.{} {}", what, repository, says,
                            wanted.empty() ? "Its operator has to grant more to the token or App."
                                           : fmt::format("The token or App needs the permission {}.", wanted)),
                "permission_missing",
                {}};
    }
    case 404:
        return {Errc::not_found,
                fmt::format("GitHub knows nothing to {} in {}, or the server's credentials may not see it.{} Its "
                            "operator can try `flux-mcp check`.",
                            what, repository, says),
                "not_found",
                {}};
    case 409:
        return {Errc::conflict,
                fmt::format("GitHub can't {} now.{} Look at the run with builds.status.", what, says),
                "conflict",
                {}};
    case 410:
        return {Errc::not_found,
                fmt::format("What is needed to {} is gone.{} builds.list shows what there is.", what, says),
                "gone",
                {}};
    case 400:
    case 422:
        return {Errc::invalid_argument,
                fmt::format("GitHub refused to {}.{} Check the arguments.", what, says),
                "upstream_refused",
                {}};
    case 451:
        return {Errc::forbidden,
                fmt::format("{} is closed for legal reasons.{} The server's operator should know.", repository, says),
                "unavailable_for_legal_reasons",
                {}};
    default: break;
    }
    if (reply.status >= 500) {
        return {Errc::unavailable,
                fmt::format("GitHub has trouble ({}) and didn't {}. Try again in a moment.", reply.status, what),
                "upstream_unavailable", milliseconds{5'000}};
    }
    return {
        Errc::upstream_failed,
        fmt::format(
            "GitHub answered {} when asked to {}.{} Try again later; the operator's `flux-mcp check` may tell more.",
            reply.status, what, says),
        "upstream_answer_unexpected",
        {}};
}

}  // namespace flux::providers::github
