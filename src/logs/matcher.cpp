#include "logs/matcher.hpp"

#include <array>
#include <cstddef>
#include <vector>

#include "logs/matchers/tables.hpp"

namespace flux::logs {

const char* name_of(FailureClass kind) {
    static constexpr std::array names{"compile",        "type",      "lint",     "test",
                                      "dependency",     "network",   "auth",     "permission",
                                      "missing_secret", "config",    "workflow", "deprecated_action",
                                      "out_of_memory",  "disk_full", "timeout",  "cancelled",
                                      "runner_lost",    "deploy",    "unknown"};
    return names[static_cast<std::size_t>(kind)];
}

std::span<const Matcher> all_matchers() {
    static const std::vector<Matcher> all = [] {
        std::vector<Matcher> joined;
        // The machine's own trouble and the runner's words come before what a tool makes of them; the shell's and the
        // catch-alls come last.
        for (const auto table :
             {matchers::machine(), matchers::actions(), matchers::checks(), matchers::languages(),
              matchers::compilers(), matchers::python(), matchers::javascript(), matchers::jvm(), matchers::php(),
              matchers::ruby(), matchers::containers(), matchers::deploys(), matchers::shell()}) {
            joined.insert(joined.end(), table.begin(), table.end());
        }
        return joined;
    }();
    return all;
}

}  // namespace flux::logs
