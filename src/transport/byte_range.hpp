#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flux::transport {

/// What a `Range` field asks of a file (RFC 9110, section 14).
struct ByteRange {
    enum class Kind {
        whole,          ///< all of it: no field, another unit, several ranges, or malformed
        part,           ///< `length` bytes from `offset`
        unsatisfiable,  ///< nothing of the file: 416
    } kind = Kind::whole;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// Reads one range, `bytes=0-499`, `bytes=500-` or `bytes=-500`. Several at once are answered with the whole file,
/// which the RFC allows and which can't be used to make us send a file many times over.
ByteRange read_byte_range(std::optional<std::string_view> field, std::uint64_t size);

/// Whether the entity tag is in the list of an `If-None-Match` field (weak comparison), or the list is `*`.
bool matches_etag(std::string_view list, std::string_view etag);

}  // namespace flux::transport
