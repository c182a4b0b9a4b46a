#include "base/id.hpp"

#include <sys/random.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace flux {

void random_bytes(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const auto got = ::getrandom(bytes.data(), bytes.size(), 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            throw std::system_error{errno, std::generic_category(), "getrandom"};
        }
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

std::string random_id(std::size_t bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::vector<std::byte> raw(bytes);
    random_bytes(raw);
    std::string text;
    text.reserve(bytes * 2);
    for (const auto byte : raw) {
        const auto value = std::to_integer<unsigned>(byte);
        text += digits[value >> 4];
        text += digits[value & 15];
    }
    return text;
}

}  // namespace flux
