#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"machine", disk_full, 95, 1, 1, R"re((?i)(?P<message>.*(?:No space left on device|disk quota exceeded|ENOSPC).*))re"},
    {"machine", out_of_memory, 92, 1, 1, R"re((?P<message>.*(?:Cannot allocate memory|\bOOM[- ]?[Kk]ill|Out of memory: Kill|java\.lang\.OutOfMemoryError|std::bad_alloc|MemoryError|virtual memory exhausted|GC overhead limit exceeded).*))re"},
    {"machine", out_of_memory, 80, 2, 1, R"re((?P<message>.*(?:^|\s)Killed(?:$|\s.*|\s*\(core dumped\))))re"},
    {"machine", unknown, 82, 2, 1, R"re((?P<message>.*(?:Segmentation fault|Aborted \(core dumped\)|Illegal instruction|Bus error|SIGSEGV|SIGABRT|stack smashing detected).*))re"},
    {"sanitizer", test, 90, 0, 8, R"re((?P<message>.*ERROR: (?:Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer.*|.*runtime error: .*))re"},
    {"network", network, 84, 1, 1, R"re((?P<message>.*(?:Could not resolve host|Temporary failure (?:in name resolution|resolving)|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|ECONNREFUSED|ECONNRESET|ETIMEDOUT|Connection refused|Connection reset by peer|Connection timed out|Network is unreachable|TLS handshake timeout|net/http: request canceled|Read timed out|Failed to connect to .* port|i/o timeout|502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out|Error while fetching remote).*))re"},
    {"limits", network, 75, 0, 1, R"re((?i)(?P<message>.*(?:API rate limit exceeded|secondary rate limit|429 Too Many Requests).*))re"},
    {"xvfb", config, 60, 0, 1, R"re((?P<message>.*(?:Missing X server or \$DISPLAY|cannot open display).*))re"},
};

}  // namespace

std::span<const Matcher> machine() { return table; }

}  // namespace flux::logs::matchers
