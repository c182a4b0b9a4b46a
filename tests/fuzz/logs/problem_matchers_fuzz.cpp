#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "logs/problem_matchers.hpp"

/// Up to the first NUL a file of problem matchers, behind it a program's output. Whatever both hold: reading them is
/// bounded, and a problem is never without a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input{reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 4096)};
    const auto end = std::min(input.find('\0'), input.size());
    auto file = flux::logs::read_problem_matchers(input.substr(0, end));
    if (!file) return 0;
    flux::logs::ProblemMatchers matchers;
    if (!matchers.add(std::move(file->matchers))) return 0;
    const auto output = flux::to_utf8(input.substr(std::min(end + 1, input.size())));
    for (const auto line : flux::split(output, '\n')) {
        const auto problem = matchers.look_at(line);
        if (problem && (problem->message.empty() || problem->line < 0 || problem->column < 0)) std::abort();
    }
    return 0;
}
