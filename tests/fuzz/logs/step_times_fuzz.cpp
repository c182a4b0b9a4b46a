#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "logs/stamp.hpp"
#include "logs/step_times.hpp"

/// The input's first bytes are the steps, the rest a log: whatever they hold, each line belongs to one of the steps,
/// and their numbers never go back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input{reinterpret_cast<const char*>(data), size};
    if (input.empty()) return 0;
    const std::size_t count = static_cast<unsigned char>(input.front()) % 8U;
    input.remove_prefix(1);
    std::vector<flux::logs::StepTime> steps;
    const flux::WallTime begin{std::chrono::sys_days{std::chrono::year{2026} / 1 / 18} + std::chrono::hours{11}};
    constexpr std::string_view names[] = {"Set up job", "Run make", "Post Checkout", "Complete job", "Build", "Run "};
    for (std::size_t i = 0; i < count && input.size() >= 2; ++i) {
        const auto from = static_cast<unsigned char>(input[0]) % 64U;
        const auto length = static_cast<unsigned char>(input[1]) % 16U;
        const auto started = begin + std::chrono::seconds{from};
        steps.push_back({static_cast<int>(i) + 1, std::string{names[(i + from) % 6]}, started,
                         started + std::chrono::seconds{length}});
        input.remove_prefix(2);
    }
    flux::logs::StepTimeCutter cutter{steps};
    flux::logs::StepOpenings openings;
    int last = 0;
    auto time = begin;
    for (auto line : flux::split(input, '\n')) {
        const auto stamp = flux::logs::stamp_at(line);
        if (stamp.length > 0) {
            time = stamp.time;
            line.remove_prefix(stamp.length);
        }
        const auto opening = openings.next(line);
        const auto place = cutter.place(time, opening.kind, opening.title);
        if (place.step < last || place.step > static_cast<int>(steps.size())) std::abort();
        if (place.step == 0 && !steps.empty()) std::abort();
        last = place.step;
    }
    return 0;
}
