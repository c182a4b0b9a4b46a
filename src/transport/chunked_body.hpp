#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "transport/http_request.hpp"

namespace flux::transport {

/// Decodes a body in chunked coding (RFC 9112, 7.1) as it comes, strictly: lines end with CR LF, sizes are bare
/// hexadecimal, extensions and trailers are bounded and dropped. No I/O.
class ChunkedBody {
public:
    enum class State { more, done, refused };

    /// Refuses (413) once more than `limit` bytes of content were announced.
    explicit ChunkedBody(std::size_t limit) : limit_{limit} {}

    /// Reads from the front of `input`, appends content to `body` and says by `used` how much it took: all of it,
    /// unless the body has ended or is refused.
    State feed(std::string_view input, std::string& body, std::size_t& used);

    HttpRefusal refusal() const { return refusal_; }

private:
    enum class Part { size, extension, size_feed, content, content_return, content_feed, trailer, trailer_feed };

    State refuse(int status, std::string_view why);
    State take(char c);
    State after_size_line();

    static constexpr std::size_t max_extra = 16 * 1024;  ///< extensions and trailers, together

    std::size_t limit_;
    std::size_t content_ = 0;  ///< announced until now
    std::uint64_t size_ = 0;   ///< of this chunk: announced, then left
    std::size_t extra_ = 0;
    int digits_ = 0;
    bool line_empty_ = true;  ///< of the trailer line that is being read
    bool named_ = false;      ///< the trailer line has had its colon
    Part part_ = Part::size;
    HttpRefusal refusal_{0, {}};
};

}  // namespace flux::transport
