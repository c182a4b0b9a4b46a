#pragma once

#include <chrono>

namespace flux::bench {

/// The processor time of a process, of all its threads, so far; to the nanosecond where the kernel says so.
std::chrono::nanoseconds processor_time_of(int process);

/// Its resident memory in bytes.
long resident_bytes_of(int process);

}  // namespace flux::bench
