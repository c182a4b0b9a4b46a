#pragma once

#include <string>
#include <vector>

namespace flux::cli {

/// The whole program: reads the command line, does what it says, and returns the exit code.
int run_program(std::vector<std::string> arguments);

}  // namespace flux::cli
