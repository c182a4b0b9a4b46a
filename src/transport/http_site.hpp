#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "async/blocking_pool.hpp"
#include "transport/http_handler.hpp"
#include "transport/operator_pages.hpp"

namespace flux::admission {
class Door;
class PageDoor;
}  // namespace flux::admission
namespace flux::mcp {
class Server;
}

namespace flux::transport {

/// What the connections of one port serve. A port without `mcp` and `door` is all `rest`.
struct HttpSite {
    mcp::Server* mcp = nullptr;
    admission::Door* door = nullptr;
    admission::PageDoor* page_door = nullptr;  ///< for sockets that come with a ticket; null: there are none
    const OperatorPages* pages = nullptr;
    HttpHandler* rest = nullptr;
    async::BlockingPool* pool = nullptr;
    std::uint16_t port = 0;  ///< as bound
    std::atomic<bool> draining = false;
};

enum class Route {
    mcp,
    operator_page,  ///< for everybody
    metrics,        ///< of them the one for which the door wants a token
    rest
};

/// Where a path leads. The one table of the main port.
struct RouteRow {
    std::string_view path;
    Route route;
    std::string_view methods;  ///< that the path answers, for `Allow`
};

inline constexpr RouteRow routes[] = {
    {"/mcp", Route::mcp, "GET, POST, DELETE, OPTIONS"}, {"/health", Route::operator_page, "GET, HEAD"},
    {"/livez", Route::operator_page, "GET, HEAD"},      {"/readyz", Route::operator_page, "GET, HEAD"},
    {"/metrics", Route::metrics, "GET, HEAD"},
};

inline Route route_of(const HttpSite& site, std::string_view path) {
    for (const auto& row : routes) {
        if (row.path != path) continue;
        const bool served = row.route == Route::mcp       ? site.mcp != nullptr
                            : row.route == Route::metrics ? site.pages != nullptr && site.pages->has_metrics()
                                                          : site.pages != nullptr;
        return served ? row.route : Route::rest;
    }
    return Route::rest;
}

}  // namespace flux::transport
