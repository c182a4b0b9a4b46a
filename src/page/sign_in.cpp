#include "page/sign_in.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "json/arguments.hpp"
#include "json/strict.hpp"
#include "json/writer.hpp"
#include "page/answer.hpp"
#include "page/request_knock.hpp"
#include "transport/http_reply.hpp"

namespace flux::page {

namespace {

using transport::HttpRequest;
using transport::HttpResponse;

constexpr std::size_t longest_body = 16 * 1024;

/// A script's request, not a form's: a form can't send this type, and another origin's script is asked first.
Result<json::Arguments> body_of(const HttpRequest& request) {
    const auto type = request.field("content-type").value_or("");
    if (!equal_ignoring_case(trimmed(type.substr(0, type.find(';'))), "application/json")) {
        return fail(Errc::unsupported, "Send the body as `Content-Type: application/json`.", "json_needed");
    }
    if (request.body.size() > longest_body) return fail(Errc::too_large, "This is too long to sign in with.");
    if (auto checked = json::check_strictly(request.body); !checked) return fail(std::move(checked.error()));
    auto arguments = json::Arguments::parse(request.body);
    if (!arguments) return arguments;
    if (auto known = arguments->only({"token", "link"}); !known) return fail(std::move(known.error()));
    return arguments;
}

/// Over https the cookie never leaves it.
std::string cookie_text(std::string_view value, std::chrono::seconds lifetime, const admission::Knock& knock) {
    const bool secure = knock.origin && knock.origin->starts_with("https:");
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", admission::page_cookie, value,
                       lifetime.count(), secure ? "; Secure" : "");
}

}  // namespace

HttpResponse SignIn::answer(const HttpRequest& request) {
    const RequestKnock knock{request};
    if (request.path == "/api/session") return session(knock.get(), request);
    if (request.method != "POST") return transport::reply_not_allowed("POST");
    return request.path == "/api/ticket" ? ticket(knock.get()) : link(knock.get());
}

HttpResponse SignIn::session(const admission::Knock& knock, const HttpRequest& request) {
    if (request.method == "GET" || request.method == "HEAD") return who_is_signed_in(knock);
    if (request.method != "POST" && request.method != "DELETE") {
        return transport::reply_not_allowed("GET, HEAD, POST, DELETE");
    }
    if (const auto own = door_.check_own_page(knock); !own) return refusal(own.error());
    return request.method == "POST" ? sign_in(knock, request) : sign_out(knock);
}

HttpResponse SignIn::who_is_signed_in(const admission::Knock& knock) {
    const auto visitor = door_.admit_cookie(knock);
    if (!visitor && visitor.error().code != Errc::unauthenticated) return refusal(visitor.error());
    std::string body;
    json::Writer writer{body};
    writer.object().key("signed_in").boolean(visitor.has_value()).key("principal");
    if (visitor) {
        writer.string(visitor->principal);
    } else {
        writer.null();
    }
    writer.key("asks_for_token").boolean(door_.asks_for_token()).key("version").string(version_).end_object();
    auto response = json_answer(std::move(body));
    response.to_known_visitor = visitor.has_value();
    return response;
}

HttpResponse SignIn::sign_in(const admission::Knock& knock, const HttpRequest& request) {
    const auto body = body_of(request);
    if (!body) return refusal(body.error());
    const auto token = body->optional_text("token");
    const auto link = body->optional_text("link");
    if (!token) return refusal(token.error());
    if (!link) return refusal(link.error());
    if (*token && *link) {
        return refusal({Errc::invalid_argument, "Send a token or a link's code, not both.", "ambiguous_credentials"});
    }
    // Whoever signs in again leaves the session before: no browser is left with one that nobody can end.
    const auto session = *token  ? door_.sign_in_by_token(knock, **token)
                         : *link ? door_.sign_in_by_link(knock, **link)
                                 : door_.sign_in_freely(knock);
    if (!session) return refusal(session.error());
    door_.sign_out(knock);
    auto response = empty_answer();
    response.fields.emplace_back("Set-Cookie", cookie_text(session->cookie.reveal(), session->lifetime, knock));
    response.to_known_visitor = true;
    return response;
}

HttpResponse SignIn::sign_out(const admission::Knock& knock) {
    door_.sign_out(knock);
    auto response = empty_answer();
    response.fields.emplace_back("Set-Cookie", cookie_text("", std::chrono::seconds{0}, knock));
    return response;
}

HttpResponse SignIn::ticket(const admission::Knock& knock) {
    if (const auto own = door_.check_own_page(knock); !own) return refusal(own.error());
    const auto made = door_.make_ticket(knock);
    if (!made) return refusal(made.error());
    std::string body;
    json::Writer{body}
        .object()
        .key("ticket")
        .string(made->code.reveal())
        .key("expires_in")
        .integer(made->lifetime.count())
        .end_object();
    auto response = json_answer(std::move(body));
    response.to_known_visitor = true;
    return response;
}

HttpResponse SignIn::link(const admission::Knock& knock) {
    const auto link = door_.make_link_for(knock);
    if (!link) return refusal(link.error());
    std::string body;
    json::Writer{body}
        .object()
        .key("link")
        .string(link->code.reveal())
        .key("expires_in")
        .integer(link->lifetime.count())
        .end_object();
    auto response = json_answer(std::move(body));
    response.to_known_visitor = true;
    return response;
}

}  // namespace flux::page
