#include "transport/utf8_stream.hpp"

#include <cstdint>
#include <cstring>

namespace flux::transport {

bool Utf8Stream::feed(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        if (missing_ == 0) {
            // Most of what comes is ASCII: eight bytes at a time.
            while (end - at >= 8) {
                std::uint64_t bytes;
                std::memcpy(&bytes, at, 8);
                if ((bytes & 0x8080808080808080U) != 0) break;
                at += 8;
            }
            if (at == end) break;
            const auto first = static_cast<unsigned char>(*at++);
            if (first < 0x80) continue;
            if (first < 0xC2 || first > 0xF4) return false;
            missing_ = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
            least_ = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
            most_ = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
            continue;
        }
        const auto next = static_cast<unsigned char>(*at++);
        if (next < least_ || next > most_) return false;
        least_ = 0x80;
        most_ = 0xBF;
        --missing_;
    }
    return true;
}

}  // namespace flux::transport
