#pragma once

#include <cstdint>
#include <string>

namespace flux::builds {

/// Something that was said of a job beside its log: by its steps, and of one that never ran by the provider itself.
struct Annotation {
    enum class Level { notice, warning, failure };

    Level level = Level::failure;
    std::string message;      ///< may go over several lines
    std::string path = {};    ///< in the repository; empty: of no file
    std::int64_t line = 0;    ///< of `path`; 0: unknown
    std::int64_t column = 0;  ///< 0: unknown
};

}  // namespace flux::builds
