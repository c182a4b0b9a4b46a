#include "page/page_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "page/answer.hpp"
#include "page/encoding.hpp"
#include "transport/byte_range.hpp"
#include "transport/http_reply.hpp"

namespace flux::page {

namespace {

using transport::HttpRequest;
using transport::HttpResponse;

constexpr std::size_t piece_bytes = 64 * 1024;

/// Bytes of the binary itself, of which a slow reader holds no more than a piece.
class BakedBytes final : public transport::BodySource {
public:
    explicit BakedBytes(std::string_view bytes) : rest_{bytes} {}

    async::Task<Result<std::string>> next() override {
        std::string piece{rest_.substr(0, piece_bytes)};
        rest_.remove_prefix(piece.size());
        co_return piece;
    }

private:
    std::string_view rest_;
};

struct Encoded {
    std::string_view coding;  ///< empty: as it is
    std::string_view bytes;
};

Encoded encoded_for(const HttpRequest& request, const PageFile& file) {
    const auto wishes = request.field("accept-encoding").value_or("");
    const int brotli = file.brotli.empty() ? 0 : wish_for(wishes, "br");
    const int gzip = file.gzip.empty() ? 0 : wish_for(wishes, "gzip");
    // A reader that asks for nothing that there is gets the file as it is: better than a 406 for a page.
    if (std::max(brotli, gzip) == 0 || wish_for(wishes, "identity") > std::max(brotli, gzip)) return {{}, file.plain};
    return brotli >= gzip ? Encoded{"br", file.brotli} : Encoded{"gzip", file.gzip};
}

bool looks_like_a_page(const HttpRequest& request) {
    const auto name = std::string_view{request.path}.substr(request.path.rfind('/') + 1);
    return name.find('.') == std::string_view::npos &&
           request.field("accept").value_or("").find("text/html") != std::string_view::npos;
}

}  // namespace

const PageFile* PageFiles::find(std::string_view path) const {
    const auto found = std::find_if(files_.begin(), files_.end(), [&](const auto& file) { return file.path == path; });
    return found == files_.end() ? nullptr : &*found;
}

const PageFile* PageFiles::choose(const HttpRequest& request) const {
    if (request.path == "/") return find("/index.html");
    if (const auto* file = find(request.path)) return file;
    return looks_like_a_page(request) ? find("/index.html") : nullptr;
}

HttpResponse PageFiles::answer(const HttpRequest& request) const {
    const auto* const file = choose(request);
    if (file == nullptr) {
        return transport::reply(
            Error{Errc::not_found,
                  "Nothing is served here. The page is at /, the MCP endpoint is /mcp; /health says "
                  "how the server is.",
                  "no_such_path",
                  {}});
    }
    if (request.method != "GET" && request.method != "HEAD") return transport::reply_not_allowed("GET, HEAD");

    const auto encoded = encoded_for(request, *file);
    // Each encoding is a representation of its own, with a tag of its own (RFC 9110, 8.8.3).
    const auto etag = fmt::format("\"{}{}{}\"", file->digest, encoded.coding.empty() ? "" : "-", encoded.coding);
    HttpResponse response;
    response.content_type = file->content_type;
    response.fields.emplace_back("ETag", etag);
    response.fields.emplace_back("Vary", "Accept-Encoding");
    response.fields.emplace_back("Cache-Control", file->is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
    if (const auto known = request.field("if-none-match"); known && transport::matches_etag(*known, etag)) {
        response.status = 304;
        return response;
    }
    if (!encoded.coding.empty()) response.fields.emplace_back("Content-Encoding", std::string{encoded.coding});
    response.source = std::make_shared<BakedBytes>(encoded.bytes);
    response.length = encoded.bytes.size();
    return response;
}

}  // namespace flux::page
