#include "tools/failure_marks.hpp"

#include <array>

namespace flux::tools {

namespace {

struct Mark {
    std::string_view text;
    int weight;
};

// The runner's own last word names no cause, so it must not win over what names one.
constexpr std::array not_causes{std::string_view{"Process completed with exit code"},
                                std::string_view{"0 errors"},
                                std::string_view{"0 failed"},
                                std::string_view{"0 failures"},
                                std::string_view{"npm ERR!"},
                                std::string_view{"ELIFECYCLE"}};

constexpr std::array marks{
    Mark{"AssertionError", 3},
    Mark{"Assertion failed", 3},
    Mark{"assertion failed", 3},
    Mark{"Assertion `", 3},
    Mark{"panicked at", 3},
    Mark{"not ok ", 3},
    Mark{"--- FAIL", 3},
    Mark{"FAILED", 3},
    Mark{"FAIL ", 3},
    Mark{"FAIL:", 3},
    Mark{"✗", 3},
    Mark{"✖", 3},
    Mark{"✕", 3},
    Mark{"error TS", 3},
    Mark{"error[E", 3},
    Mark{": error:", 3},
    Mark{"SyntaxError", 3},
    Mark{"TypeError", 3},
    Mark{"ReferenceError", 3},
    Mark{"ModuleNotFoundError", 3},
    Mark{"Cannot find", 3},
    Mark{"undefined reference", 3},
    Mark{"Traceback (most", 2},
    Mark{"Exception", 2},
    Mark{"##[error]", 2},
    Mark{"fatal:", 2},
    Mark{"Error:", 2},
    Mark{"ERROR", 2},
    Mark{"error:", 2},
    Mark{"command not found", 2},
    Mark{"No such file", 2},
    Mark{"expected", 1},
    Mark{"Expected", 1},
    Mark{"failed", 1},
};

}  // namespace

int failure_weight(std::string_view line) {
    for (const auto& phrase : not_causes) {
        if (line.find(phrase) != std::string_view::npos) return 0;
    }
    int weight = 0;
    for (const auto& mark : marks) {
        if (mark.weight > weight && line.find(mark.text) != std::string_view::npos) weight = mark.weight;
    }
    return weight;
}

}  // namespace flux::tools
