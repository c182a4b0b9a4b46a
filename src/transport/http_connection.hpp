#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "admission/last_knock.hpp"
#include "admission/page_door.hpp"
#include "admission/visitor.hpp"
#include "transport/chunked_body.hpp"
#include "transport/connection.hpp"
#include "transport/connection_counts.hpp"
#include "transport/http_request.hpp"
#include "transport/http_response.hpp"
#include "transport/http_site.hpp"
#include "transport/streamable_http.hpp"
#include "transport/target.hpp"

namespace flux::transport {

/// An HTTP/1.1 connection: requests one after the other, each answered before the next is read, and the upgrade of
/// `/mcp` to WebSocket. Who asks is settled when the head is there, before a body is read.
class HttpConnection final : public Connection, private ReplyChannel {
public:
    HttpConnection(Loop& loop, FileDescriptor socket, const HttpSite& site, ConnectionCounts::Place place,
                   std::string peer);

    void tick() override;
    void drain() override;
    bool delays_end() const override { return !late_ && (served_ || in_head_); }

private:
    enum class Phase { head, body, busy };

    /// A request whose head has been read, while it is looked at.
    struct Request {
        const RequestHead& head;
        Target target;
        Route route;
        std::optional<admission::Visitor> visitor = {};
        bool allowed_origin = false;

        bool keeps_alive() const { return head.keep_alive && head.minor_version > 0; }
    };

    /// A body of which parts are still to come.
    struct PendingBody {
        std::string head;
        std::optional<admission::Visitor> visitor;
        bool allowed_origin = false;
        std::optional<ChunkedBody> chunked;
        std::size_t length = 0;  ///< announced, if it isn't chunked
        std::size_t received = 0;
        std::string content;
        SteadyTime begun_at;
    };

    std::size_t consume(char* data, std::size_t size) override;
    void ended() override;

    bool take_head(std::string_view window, std::size_t& took);
    bool take_body(std::string_view window, std::size_t& took);
    void await_body(const Request& request, std::string_view head);

    std::optional<HttpResponse> refuse_early(Request& request);
    Result<void> check_origin(const Request& request) const;
    bool is_stranger(const Request& request) const;
    std::optional<HttpResponse> refuse_mcp(Request& request);
    void dispatch(const Request& request, std::string_view body);
    void dispatch_mcp(const Request& request, std::string_view body);
    void dispatch_rest(const Request& request, std::string_view body);
    static async::Task<> answer_by_handler(std::shared_ptr<HttpConnection> self, HttpRequest request,
                                           ResponseFrame frame);
    static async::Task<> answer_after_check(std::shared_ptr<HttpConnection> self, std::string method,
                                            ResponseFrame frame);
    static async::Task<bool> send_source(std::shared_ptr<HttpConnection> self, std::shared_ptr<BodySource> source,
                                         bool chunked);
    static async::Task<bool> send_file(std::shared_ptr<HttpConnection> self, std::shared_ptr<FileBody> file);

    bool upgrade(Request& request, std::string_view rest);
    Result<admission::Visitor> admit_socket(admission::Knock& knock, std::string_view query,
                                            std::shared_ptr<const admission::Stay>& stay) const;

    void answer(const Request& request, HttpResponse response);
    void refuse(const HttpRefusal& refusal);
    void request_done(bool keep_alive);

    std::string& reply_out() override { return out(); }
    bool reply_written() override;
    void reply_finished(bool keep_alive) override;
    bool reply_congested() const override;

    const HttpSite& site_;
    ConnectionCounts::Place place_;
    std::string peer_;
    admission::LastKnock last_knock_;
    HeadFinder finder_;
    Phase phase_ = Phase::head;
    bool consuming_ = false;
    bool in_head_ = false;    ///< part of a head is there
    bool served_ = false;     ///< a whole head has come before
    const bool late_;         ///< came while the server was going, only to be told so
    bool is_listen_ = false;  ///< the exchange is a GET's, which ends only with the connection
    SteadyTime since_;        ///< when the head began, the connection fell idle, or the stream last said something
    std::unique_ptr<PendingBody> body_;
    std::shared_ptr<McpReply> reply_;
    std::shared_ptr<mcp::Exchange> exchange_;
};

}  // namespace flux::transport
