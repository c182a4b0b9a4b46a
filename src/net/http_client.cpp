#include "net/http_client.hpp"

#include <fmt/format.h>

#include <utility>

#include "net/transfer.hpp"
#include "net/transfer_loop.hpp"

namespace flux::net {

namespace {

using std::chrono::steady_clock;

/// For waiting a turn, beside the request's own limits, which libcurl keeps once it has begun.
constexpr std::chrono::seconds turn_limit{50};
/// libcurl keeps the limits of what has begun; this one only guards against its silence.
constexpr std::chrono::minutes silence_limit{10};

Error no_turn() {
    return {Errc::timed_out, "Too many requests to other servers were before this one. Try again.",
            std::string{not_sent}, std::chrono::milliseconds{2000}};
}

}  // namespace

HttpDownload::HttpDownload(std::shared_ptr<TransferLoop> loop, std::shared_ptr<Transfer> transfer)
    : loop_{std::move(loop)}, transfer_{std::move(transfer)} {}

HttpDownload::~HttpDownload() {
    transfer_->abandon();
    loop_->look_after(transfer_);
}

const HttpReply& HttpDownload::head() const { return transfer_->head(); }

async::Task<Result<std::string>> HttpDownload::read() {
    const auto deadline = steady_clock::now() + silence_limit;
    while (true) {
        const auto version = transfer_->changes().version();
        auto seen = transfer_->glance(true);
        if (!seen.piece.empty()) {
            if (seen.resume) loop_->look_after(transfer_);
            co_return std::move(seen.piece);
        }
        if (seen.error) co_return fail(*std::move(seen.error));
        if (seen.done) co_return std::string{};
        const bool changed = co_await transfer_->changes().wait_beyond(version, deadline);
        if (!changed) co_return fail(Errc::timed_out, "The other side has fallen silent.", std::string{answer_lost});
    }
}

HttpClient::HttpClient(HttpClientOptions options) : loop_{std::make_shared<TransferLoop>(std::move(options))} {}

HttpClient::~HttpClient() { loop_->stop(); }

async::Task<Result<std::unique_ptr<HttpDownload>>> HttpClient::open(HttpRequest request) {
    const auto deadline = steady_clock::now() + turn_limit + request.total_limit + request.idle_limit;
    auto transfer = std::make_shared<Transfer>(std::move(request), loop_->options().certificate_file);
    auto added = loop_->add(transfer);
    if (!added) co_return fail(std::move(added.error()));
    auto download = std::make_unique<HttpDownload>(loop_, transfer);
    while (true) {
        const auto version = transfer->changes().version();
        auto seen = transfer->glance(false);
        if (seen.head) co_return download;
        if (seen.error) co_return fail(*std::move(seen.error));
        const bool changed = co_await transfer->changes().wait_beyond(version, deadline);
        if (!changed) co_return fail(no_turn());
    }
}

async::Task<Result<HttpReply>> HttpClient::send(HttpRequest request) {
    const auto limit = request.body_limit;
    auto download = co_await open(std::move(request));
    if (!download) co_return fail(std::move(download.error()));
    auto reply = (*download)->head();
    while (true) {
        auto piece = co_await (*download)->read();
        if (!piece) co_return fail(std::move(piece.error()));
        if (piece->empty()) co_return reply;
        if (reply.body.size() + piece->size() > limit) {
            co_return fail(Errc::too_large, fmt::format("The answer is larger than {} bytes.", limit),
                           std::string{answer_lost});
        }
        reply.body += *piece;
    }
}

}  // namespace flux::net
