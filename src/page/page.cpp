#include "page/page.hpp"

#include <utility>

#include "page/answer.hpp"
#include "transport/http_reply.hpp"

namespace flux::page {

Page::Page(Parts parts)
    : files_{parts.files},
      sign_in_{parts.door, std::move(parts.version)},
      downloads_{parts.door, parts.provider, parts.pool} {}

async::Task<transport::HttpResponse> Page::answer(transport::HttpRequest request) {
    auto response = co_await route(std::move(request));
    append_security_fields(response);
    co_return response;
}

async::Task<transport::HttpResponse> Page::route(transport::HttpRequest request) {
    const auto& path = request.path;
    if (path == "/api/session" || path == "/api/ticket" || path == "/api/link") co_return sign_in_.answer(request);
    if (LogDownload::is_meant(path)) {
        auto answered = downloads_.answer(std::move(request));
        co_return co_await std::move(answered);
    }
    if (path == "/api" || path.starts_with("/api/")) {
        co_return refusal({Errc::not_found, "The page's API has no such path.", "no_such_path"});
    }
    co_return files_.answer(request);
}

}  // namespace flux::page
