#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flux::transport {

/// A request that has passed the wire codec, with its body read to the end. Owns all of it: handlers run elsewhere.
struct HttpRequest {
    std::string method;  ///< as sent, e.g. `GET`
    std::string path;   ///< percent-decoded, begins with `/`, holds no NUL; dot segments and empty segments are as sent
    std::string query;  ///< after the `?`, not decoded; see transport/target.hpp
    std::string host;   ///< `Host` as sent, e.g. `abc.localhost:8788`
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case, in the order sent
    std::string body;
    std::string peer;  ///< the client's address, without port

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

/// What is answered. `Content-Length`, `Date` and `Connection` are the codec's; a HEAD request gets the head alone.
struct HttpResponse {
    int status = 200;
    std::string content_type = {};
    std::vector<std::pair<std::string, std::string>> fields = {};  ///< names and values that the codec may trust
    std::string body = {};
    std::optional<FileBody> file = {};  ///< instead of `body`
};

/// Answers what a port serves beside the protocol: the preview site, the pages of the web UI.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;

    /// Called on a thread of the blocking pool, so it may touch the disk; several calls run at once. Methods that it
    /// doesn't know it answers with 405 and `Allow`. An exception becomes a 500 without detail.
    virtual HttpResponse handle(const HttpRequest& request) = 0;
};

}  // namespace flux::transport
