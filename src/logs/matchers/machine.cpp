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
    {"postgres", config, 86, 0, 2, R"re((?P<message>psql: error: .*|.*FATAL:  \S.*|.*\bERROR:  \S.*|.*connection to server (?:at|on socket) .* failed.*))re"},
    {"mysql", config, 86, 0, 1, R"re((?P<message>ERROR \d+ \(\w+\).*: .*|.*Can't connect to (?:local )?MySQL server.*|.*Access denied for user.*))re"},
    {"redis/mongo", config, 84, 0, 1, R"re((?P<message>Could not connect to Redis at .*|.*Mongo(?:Network|ServerSelection)\w*Error.*|.*MongooseServerSelectionError.*))re"},
    {"port", config, 84, 0, 1, R"re((?P<message>.*(?:EADDRINUSE|[Aa]ddress already in use|port \d+ is (?:already )?in use).*))re"},
    {"certificate", network, 84, 0, 1, R"re((?P<message>.*(?:SSL: CERTIFICATE_VERIFY_FAILED|certificate (?:verify failed|has expired|signed by unknown authority)|CERT_HAS_EXPIRED|self[- ]signed certificate|unable to get local issuer certificate|SSL_ERROR_\w+|x509: ).*))re"},
    {"checksum", dependency, 82, 1, 1, R"re((?i)(?P<message>.*(?:(?:checksum|sha\d+|hash|digest|integrity) (?:mismatch|did not match|does not match|verification failed)|BAD signature|NO_PUBKEY|could not verify).*))re"},
    {"network", network, 84, 1, 1, R"re((?P<message>.*(?:Could not resolve host|no such host|Name or service not known|nodename nor servname|No route to host|Temporary failure (?:in name resolution|resolving)|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|ECONNREFUSED|ECONNRESET|ETIMEDOUT|Connection refused|Connection reset by peer|Connection timed out|Network is unreachable|TLS handshake timeout|net/http: request canceled|Read timed out|Failed to connect to .* port|i/o timeout|502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out|Error while fetching remote).*))re"},
    {"limits", network, 75, 0, 1, R"re((?i)(?P<message>.*(?:API rate limit exceeded|secondary rate limit|429 Too Many Requests).*))re"},
    {"xvfb", config, 70, 0, 1, R"re((?P<message>.*(?:Missing X server or \$DISPLAY|cannot open display).*))re"},
};

}  // namespace

std::span<const Matcher> machine() { return table; }

}  // namespace flux::logs::matchers
