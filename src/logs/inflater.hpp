#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

struct libdeflate_decompressor;

namespace flux::logs {

/// Unpacks what fits into memory at once, which is several times as fast as a stream of it. Not thread-safe.
class Inflater {
public:
    Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater();

    /// The bytes whose raw DEFLATE form (RFC 1951) is `packed`; nothing where it is damaged, unpacks to more or less
    /// than `size` bytes, or to others than those of which `crc` is the CRC-32. Good until the next call. Takes `size`
    /// bytes of memory, whatever `packed` is, and keeps them.
    std::optional<std::string_view> inflate(std::string_view packed, std::size_t size, std::uint32_t crc);

private:
    struct Free {
        void operator()(libdeflate_decompressor* decompressor) const;
    };

    std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
    std::unique_ptr<char[]> unpacked_;
    std::size_t room_ = 0;
};

}  // namespace flux::logs
