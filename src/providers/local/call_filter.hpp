#pragma once

#include <string>

#include "base/result.hpp"

namespace flux::providers::local {

/// The system calls that no job needs and that attack the kernel, other processes or the sandbox, refused; as a program
/// for `bwrap --seccomp`. Other calls are allowed: jobs are arbitrary programs.
Result<std::string> make_call_filter();

}  // namespace flux::providers::local
