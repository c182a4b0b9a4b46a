#include "logs/exit_code.hpp"

namespace flux::logs {

const char* meaning_of_exit(int code) {
    switch (code) {
    case 22: return "curl: the server answered with an HTTP error (400 or above)";
    case 28: return "curl: timed out";
    case 6: return "curl: the host name could not be resolved";
    case 7: return "curl: the connection was refused";
    case 124: return "`timeout` stopped it";
    case 126: return "the command could not be executed";
    case 127: return "a command was not found";
    case 134: return "it aborted (SIGABRT)";
    case 137: return "it was killed (SIGKILL), often for want of memory";
    case 139: return "it crashed (SIGSEGV)";
    case 143: return "it was terminated (SIGTERM)";
    default: return nullptr;
    }
}

}  // namespace flux::logs
