#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "observe/metrics.hpp"

namespace flux::tools {

/// How often each tool was called, by what it was answered with. Any thread, once it is made.
class CallCounts {
public:
    CallCounts() = default;
    CallCounts(observe::Metrics& metrics, const std::vector<std::string>& tools);

    void count(std::string_view tool, bool is_error) const;

private:
    struct Row {
        std::string tool;
        observe::Counter* answered = nullptr;
        observe::Counter* failed = nullptr;
    };

    std::vector<Row> rows_;
};

}  // namespace flux::tools
