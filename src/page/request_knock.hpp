#pragma once

#include <optional>
#include <string>

#include "admission/door.hpp"
#include "transport/http_handler.hpp"

namespace flux::page {

/// What the door is shown of a request. Views into the request and into this.
class RequestKnock {
public:
    explicit RequestKnock(const transport::HttpRequest& request);
    RequestKnock(const RequestKnock&) = delete;
    RequestKnock& operator=(const RequestKnock&) = delete;

    const admission::Knock& get() const { return knock_; }

private:
    std::optional<std::string> forwarded_for_;
    std::optional<std::string> forwarded_proto_;
    std::optional<std::string> cookie_;
    admission::Knock knock_;
};

}  // namespace flux::page
