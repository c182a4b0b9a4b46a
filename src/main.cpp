#include <cstdio>
#include <exception>

#include "cli/program.hpp"

int main(int argc, char** argv) {
    try {
        return flux::cli::run_program({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "flux-mcp: unexpected failure: %s\n", error.what());
        return 70;
    }
}
