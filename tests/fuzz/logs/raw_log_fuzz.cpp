#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "logs/diagnose.hpp"
#include "logs/diagnosis_json.hpp"
#include "logs/diagnosis_text.hpp"
#include "logs/log_tail.hpp"
#include "logs/raw_log.hpp"

namespace flux {

/// Whatever a log holds: every line belongs to a step, every text is UTF-8 without escapes, and the answer keeps its
/// budget and its fence. Its end, read alone, has the same lines.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const auto log = logs::RawLog::decode(input);
    for (std::size_t i = 0; i < log.size(); ++i) {
        if (log.step_of(i) >= log.steps().size()) std::abort();
        if (log.lines_up_to(log.number_of(i)) != i + 1) std::abort();
        if (!is_utf8(log.text(i)) || log.text(i).find('\x1B') != std::string_view::npos) std::abort();
    }
    logs::LogTail tail{5};
    for (std::size_t at = 0; at < size; at += 100) tail.feed(input.substr(at, 100));
    const auto last = std::move(tail).finish();
    if (last.lines != log.size() || last.log.size() - last.first != std::min<std::size_t>(log.size(), 5)) std::abort();
    // Beyond that, a private key may begin before what is looked at.
    if (log.size() <= 1000) {
        for (auto i = last.first; i < last.log.size(); ++i) {
            const auto number = last.log.number_of(i);
            if (number != log.size() - last.log.size() + i + 1) std::abort();
            if (last.log.text(i) != log.text(number - 1)) std::abort();
        }
    }
    const auto diagnosis = logs::diagnose(log);
    const auto text = logs::write_diagnosis(diagnosis, log, "0123456789abcdef", 300);
    if (!diagnosis.failed_steps.empty() && text.text.find(">>>log-0123456789abcdef") == std::string::npos) std::abort();
    if (logs::diagnosis_json(diagnosis, text, log, "more").empty()) std::abort();
    return 0;
}

}  // namespace flux
