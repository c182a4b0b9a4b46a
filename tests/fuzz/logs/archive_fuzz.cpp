#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.hpp"
#include "logs/archive.hpp"

/// Whatever an archive holds, it stays within its limits, what comes out are lines of text in steps, and they are the
/// same whether its members are unpacked at once or as streams.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes{reinterpret_cast<const char*>(data), size};
    flux::logs::ArchiveLimits limits{.packed = 1 << 20, .unpacked = 1 << 20, .members = 100};
    const auto log = flux::logs::decode_archive(bytes, limits);
    if (!log) return 0;
    std::size_t length = 0;
    for (std::size_t i = 0; i < log->size(); ++i) {
        length += log->text(i).size();
        if (!flux::is_utf8(log->text(i)) || log->step_of(i) >= log->steps().size()) std::abort();
    }
    // A malformed byte becomes three.
    if (length > 4 * limits.unpacked) std::abort();
    limits.at_once = 0;
    const auto streamed = flux::logs::decode_archive(bytes, limits);
    if (!streamed) return 0;
    if (streamed->size() != log->size()) std::abort();
    for (std::size_t i = 0; i < log->size(); ++i) {
        if (streamed->text(i) != log->text(i)) std::abort();
    }
    return 0;
}
