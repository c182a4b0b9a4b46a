#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flux {

/// A frame as a client sends it, masked. `first` is the first byte: FIN, reserved bits and opcode, unchecked.
inline std::string client_frame(unsigned first, std::string_view payload) {
    constexpr std::string_view mask{"\x37\xfa\x21\x3d"};
    std::string frame{static_cast<char>(first)};
    const auto size = payload.size();
    const auto append_size = [&](int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift & 0xFF);
    };
    if (size < 126) {
        frame += static_cast<char>(0x80 | size);
    } else if (size <= 0xFFFF) {
        frame += static_cast<char>(0x80 | 126);
        append_size(2);
    } else {
        frame += static_cast<char>(0x80 | 127);
        append_size(8);
    }
    frame += mask;
    for (std::size_t i = 0; i < size; ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
    return frame;
}

}  // namespace flux
