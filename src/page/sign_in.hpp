#pragma once

#include <string>

#include "admission/page_door.hpp"
#include "transport/http_handler.hpp"

namespace flux::page {

/// `/api/session`, `/api/ticket` and `/api/link`: how a browser comes in, and out. See docs/protocol.md.
class SignIn {
public:
    /// `door` outlives this. `version` is the server's, for pages that are older than it.
    SignIn(admission::PageDoor& door, std::string version) : door_{door}, version_{std::move(version)} {}

    /// Answers one of the three paths. Never blocks.
    transport::HttpResponse answer(const transport::HttpRequest& request);

private:
    transport::HttpResponse session(const admission::Knock& knock, const transport::HttpRequest& request);
    transport::HttpResponse who_is_signed_in(const admission::Knock& knock);
    transport::HttpResponse sign_in(const admission::Knock& knock, const transport::HttpRequest& request);
    transport::HttpResponse sign_out(const admission::Knock& knock);
    transport::HttpResponse ticket(const admission::Knock& knock);
    transport::HttpResponse link(const admission::Knock& knock);

    admission::PageDoor& door_;
    std::string version_;
};

}  // namespace flux::page
