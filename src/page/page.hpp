#pragma once

#include <span>
#include <string>

#include "admission/page_door.hpp"
#include "async/blocking_pool.hpp"
#include "builds/provider.hpp"
#include "page/log_download.hpp"
#include "page/page_files.hpp"
#include "page/sign_in.hpp"
#include "transport/http_handler.hpp"

namespace flux::page {

/// What the main port serves for the web page beside the protocol: its files, the way in, and downloads.
class Page final : public transport::HttpHandler {
public:
    /// All of it outlives this and the server that asks it.
    struct Parts {
        admission::PageDoor& door;
        builds::Provider& provider;
        async::BlockingPool& pool;
        std::span<const PageFile> files;
        std::string version;
    };

    explicit Page(Parts parts);

    async::Task<transport::HttpResponse> answer(transport::HttpRequest request) override;

private:
    async::Task<transport::HttpResponse> route(transport::HttpRequest request);

    PageFiles files_;
    SignIn sign_in_;
    LogDownload downloads_;
};

}  // namespace flux::page
