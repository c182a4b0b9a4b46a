#include "workflow/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "workflow/action.hpp"
#include "workflow/matrix.hpp"
#include "workflow/plan.hpp"
#include "workflow/support.hpp"

using namespace flux::workflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    static_cast<void>(read_action(text, "action.yml"));
    const auto read = read_workflow(text, "w.yml");
    if (!read) {
        if (read.error().empty() || read.error().size() > max_diagnostics) __builtin_trap();
        return 0;
    }
    static_cast<void>(check_support(read->workflow));
    const Plan plan{read->workflow};
    if (plan.order().size() != read->workflow.jobs.size()) __builtin_trap();
    for (const auto& job : read->workflow.jobs) static_cast<void>(expand_strategy(job.strategy, Contexts{}));
    return 0;
}
