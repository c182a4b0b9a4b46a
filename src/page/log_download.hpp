#pragma once

#include "admission/page_door.hpp"
#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "builds/provider.hpp"
#include "transport/http_handler.hpp"

namespace flux::page {

/// `/api/runs/{run}/jobs/{job}/log` and `…/lines`: a job's log as a file, and as lines for the page's viewer. Read in
/// pieces while the peer takes them, whatever the log's size.
class LogDownload {
public:
    /// All three outlive this, and what it answers with.
    LogDownload(admission::PageDoor& door, builds::Provider& provider, async::BlockingPool& pool)
        : door_{door}, provider_{provider}, pool_{pool} {}

    /// Whether the path is one of these.
    static bool is_meant(std::string_view path);

    async::Task<transport::HttpResponse> answer(transport::HttpRequest request);

private:
    admission::PageDoor& door_;
    builds::Provider& provider_;
    async::BlockingPool& pool_;
};

}  // namespace flux::page
