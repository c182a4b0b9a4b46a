#include "logs/inflater.hpp"

#include <libdeflate.h>

#include <new>

namespace flux::logs {

void Inflater::Free::operator()(libdeflate_decompressor* decompressor) const {
    libdeflate_free_decompressor(decompressor);
}

Inflater::Inflater() : decompressor_{libdeflate_alloc_decompressor()} {
    if (!decompressor_) throw std::bad_alloc{};
}
Inflater::~Inflater() = default;

std::optional<std::string_view> Inflater::inflate(std::string_view packed, std::size_t size, std::uint32_t crc) {
    if (size > room_) {
        // Not to be filled twice.
        unpacked_ = std::make_unique_for_overwrite<char[]>(size);
        room_ = size;
    }
    // Without a place for the real size, any other than `size` is an error.
    const auto result = libdeflate_deflate_decompress(decompressor_.get(), packed.data(), packed.size(),
                                                      unpacked_.get(), size, nullptr);
    if (result != LIBDEFLATE_SUCCESS) return std::nullopt;
    if (libdeflate_crc32(0, unpacked_.get(), size) != crc) return std::nullopt;
    return std::string_view{unpacked_.get(), size};
}

}  // namespace flux::logs
