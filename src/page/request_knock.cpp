#include "page/request_knock.hpp"

#include <string_view>

namespace flux::page {

namespace {

/// All fields of one name as one, in the order sent.
std::optional<std::string> joined(const transport::HttpRequest& request, std::string_view name,
                                  std::string_view separator) {
    std::optional<std::string> all;
    for (const auto& [known, value] : request.fields) {
        if (known != name) continue;
        if (all) *all += separator;
        all = all.value_or("") + value;
    }
    return all;
}

}  // namespace

RequestKnock::RequestKnock(const transport::HttpRequest& request)
    : forwarded_for_{joined(request, "x-forwarded-for", ", ")},
      forwarded_proto_{joined(request, "x-forwarded-proto", ", ")},
      cookie_{joined(request, "cookie", "; ")} {
    knock_.peer_address = request.peer;
    knock_.port = request.port;
    knock_.host = request.host;
    knock_.origin = request.field("origin");
    knock_.authorization = request.field("authorization");
    knock_.fetch_site = request.field("sec-fetch-site");
    if (forwarded_for_) knock_.forwarded.for_hops = *forwarded_for_;
    if (forwarded_proto_) knock_.forwarded.protos = *forwarded_proto_;
    if (cookie_) knock_.cookie = *cookie_;
}

}  // namespace flux::page
