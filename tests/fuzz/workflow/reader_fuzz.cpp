#include "workflow/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "workflow/action.hpp"
#include "workflow/matrix.hpp"
#include "workflow/plan.hpp"
#include "workflow/support.hpp"

namespace flux::workflow {

namespace {

void read(std::string_view text) {
    static_cast<void>(read_action(text, "action.yml"));
    const auto read = read_workflow(text, "w.yml");
    if (!read) {
        if (read.error().empty() || read.error().size() > max_diagnostics) __builtin_trap();
        return;
    }
    static_cast<void>(check_support(read->workflow));
    const Plan plan{read->workflow};
    if (plan.order().size() != read->workflow.jobs.size()) __builtin_trap();
    for (const auto& job : read->workflow.jobs) static_cast<void>(expand_strategy(job.strategy, Contexts{}));
}

}  // namespace

}  // namespace flux::workflow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    flux::workflow::read({reinterpret_cast<const char*>(data), size});
    return 0;
}
