#include "logs/exit_code.hpp"

namespace flux::logs {

namespace {

const char* meaning_to_curl(int code) {
    switch (code) {
    case 6: return "curl: the host name could not be resolved";
    case 7: return "curl: the connection was refused";
    case 22: return "curl: the server answered with an HTTP error (400 or above)";
    case 28: return "curl: timed out";
    case 35: return "curl: the TLS handshake failed";
    case 60: return "curl: the server's certificate could not be verified";
    default: return nullptr;
    }
}

}  // namespace

const char* meaning_of_exit(int code, bool of_curl) {
    switch (code) {
    case 124: return "`timeout` stopped it";
    case 126: return "the command could not be executed";
    case 127: return "a command was not found";
    case 134: return "it aborted (SIGABRT)";
    case 137: return "it was killed (SIGKILL), often for want of memory";
    case 139: return "it crashed (SIGSEGV)";
    case 143: return "it was terminated (SIGTERM)";
    default: return of_curl ? meaning_to_curl(code) : nullptr;
    }
}

}  // namespace flux::logs
