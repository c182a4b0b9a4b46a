#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.hpp"
#include "logs/archive.hpp"

/// Whatever an archive holds, it stays within its limits, and what comes out are lines of text in steps.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const flux::logs::ArchiveLimits limits{.packed = 1 << 20, .unpacked = 1 << 20, .members = 100};
    const auto log = flux::logs::decode_archive(std::string{reinterpret_cast<const char*>(data), size}, limits);
    if (!log) return 0;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < log->size(); ++i) {
        bytes += log->text(i).size();
        if (!flux::is_utf8(log->text(i)) || log->step_of(i) >= log->steps().size()) std::abort();
    }
    // A malformed byte becomes three.
    if (bytes > 4 * limits.unpacked) std::abort();
    return 0;
}
