#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace flux::transport {

/// A request that has passed the wire codec, with its body read to the end. Owns all of it: handlers run elsewhere.
struct HttpRequest {
    std::string method;  ///< as sent, e.g. `GET`
    std::string path;   ///< percent-decoded, begins with `/`, holds no NUL; dot segments and empty segments are as sent
    std::string query;  ///< after the `?`, not decoded; see transport/target.hpp
    std::string host;   ///< `Host` as sent, e.g. `abc.localhost:8788`
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case, in the order sent
    std::string body;
    std::string peer;        ///< the client's address, without port
    std::uint16_t port = 0;  ///< of ours, that it came to

    /// The first field of that lower-case name.
    std::optional<std::string_view> field(std::string_view name) const;
};

/// An open file. Owns the descriptor.
class FileHandle {
public:
    FileHandle() = default;
    explicit FileHandle(int descriptor) : descriptor_{descriptor} {}
    FileHandle(FileHandle&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    FileHandle& operator=(FileHandle&& other) noexcept;
    FileHandle(const FileHandle&) = delete;
    FileHandle& operator=(const FileHandle&) = delete;
    ~FileHandle();

    int get() const { return descriptor_; }
    explicit operator bool() const { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

/// Part of a file that is sent as a body, in bounded pieces that are read on the blocking pool.
struct FileBody {
    FileHandle file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// A body that is made while it is sent: the next piece is asked for when the peer has taken the one before, so that no
/// more than one is held for a peer that reads slowly.
class BodySource {
public:
    virtual ~BodySource() = default;

    /// The next piece, a few hundred KiB at most; empty: that was all. On an error the connection is cut, because only
    /// that tells the peer that the rest is missing. Called on the connection's loop, which it must not block.
    virtual async::Task<Result<std::string>> next() = 0;
};

/// What is answered. `Content-Length`, `Date` and `Connection` are the codec's; a HEAD request gets the head alone.
struct HttpResponse {
    int status = 200;
    std::string content_type = {};
    std::vector<std::pair<std::string, std::string>> fields = {};  ///< names and values that the codec may trust
    std::string body = {};
    std::optional<FileBody> file = {};         ///< instead of `body`
    std::shared_ptr<BodySource> source = {};   ///< instead of `body`
    std::optional<std::uint64_t> length = {};  ///< of what `source` gives, where it is known
    bool to_known_visitor = false;  ///< who asked has shown that they may come in: they are no stranger any more
};

/// Answers what a port serves beside the protocol: the preview site, the web page.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;

    /// Called on the connection's loop, which it must not block; several calls run at once. Methods that it doesn't
    /// know it answers with 405 and `Allow`. An exception becomes a 500 without detail.
    virtual async::Task<HttpResponse> answer(HttpRequest request) = 0;
};

/// A handler that blocks: it reads the disk, say.
class BlockingHandler : public HttpHandler {
public:
    explicit BlockingHandler(async::BlockingPool& pool) : pool_{pool} {}

    async::Task<HttpResponse> answer(HttpRequest request) override;

private:
    /// Called on a thread of the pool; several calls run at once.
    virtual HttpResponse handle(const HttpRequest& request) = 0;

    async::BlockingPool& pool_;
};

}  // namespace flux::transport
