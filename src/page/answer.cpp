#include "page/answer.hpp"

#include <utility>

#include "transport/http_reply.hpp"

namespace flux::page {

transport::HttpResponse refusal(const Error& error) {
    auto response = transport::reply(error);
    response.fields.emplace_back("Cache-Control", "no-store");
    // A browser would ask its user for a password.
    std::erase_if(response.fields, [](const auto& field) { return field.first == "WWW-Authenticate"; });
    return response;
}

transport::HttpResponse json_answer(std::string body) {
    transport::HttpResponse response;
    response.content_type = "application/json";
    response.fields.emplace_back("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

transport::HttpResponse empty_answer() {
    transport::HttpResponse response;
    response.status = 204;
    response.fields.emplace_back("Cache-Control", "no-store");
    return response;
}

void append_security_fields(transport::HttpResponse& response) {
    auto& fields = response.fields;
    fields.emplace_back("Content-Security-Policy",
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    fields.emplace_back("X-Content-Type-Options", "nosniff");
    fields.emplace_back("Referrer-Policy", "no-referrer");
    fields.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
    fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    fields.emplace_back("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
}

}  // namespace flux::page
