#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"shell", config, 90, 1, 0, R"re((?P<message>(?:.*: line \d+: |.*: \d+: |sh: |bash: |zsh: |.*env: )(?P<code>.*): (?:command )?not found.*))re"},
    {"shell", missing_secret, 88, 1, 0, R"re(^(?P<message>(?:.*: line \d+: |.*: \d+: )\w*(?:TOKEN|SECRET|PASSWORD|PASSPHRASE|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS)\w*: .*(?:unbound variable|not set|is unset|is empty|is required|is missing|must be set|must not be empty|needs? to be set|not provided).*))re"},
    {"coreutils", permission, 84, 1, 0, R"re(^(?P<message>(?:/\S*/)?(?:install|mkdir|cp|mv|touch|ln|rm|tee|chmod|chown|rmdir|dd|truncate): .*(?:Permission denied|Operation not permitted|Read-only file system)))re"},
    {"shell", config, 84, 1, 0, R"re((?P<message>(?:.*: line \d+: |.*: \d+: ).*(?:No such file or directory|Permission denied|unbound variable|parameter not set|syntax error.*|unexpected EOF.*|Is a directory|Argument list too long|cannot execute.*|bad substitution|conditional binary operator expected|\[: .*)))re"},
    {"powershell", config, 86, 1, 5, R"re((?P<message>.*(?:The term '.*' is not recognized as|either does not exist or is not a valid file system path|is not recognized as an internal or external command|ParserError:|CommandNotFoundException|ItemNotFoundException|cannot be loaded because running scripts).*))re"},
    {"archive", config, 82, 1, 1, R"re((?P<message>(?:tar|gzip|unzip|xz|zip|bzip2|7z): .*(?:not in gzip format|[Nn]ot found in archive|Cannot|cannot|[Uu]nexpected|Error|unrecoverable|No such file|not recoverable|Exiting with failure).*|.*End-of-central-directory signature not found.*))re"},
    {"bats", test, 84, 1, 2, R"re(^(?:#\s+)?\s*\((?P<message>in test file (?P<file>\S+), line (?P<line>\d+))\))re"},
    {"shunit2", test, 84, 1, 0, R"re(^ASSERT:(?P<message>.*))re"},
    {"jq/yq", config, 84, 0, 1, R"re((?P<message>(?:jq: (?:error|parse error).*|parse error: .*|Error: (?:bad file|yaml: ).*)))re"},
    {"gpg", config, 84, 1, 1, R"re((?P<message>gpg: (?:.*failed: .*|no valid OpenPGP data found.*|.*No secret key.*|decryption failed.*|no default secret key.*)))re"},
    {"timeout", timeout, 78, 2, 1, R"re((?i)(?P<message>.*(?:timed out (?:after|waiting)|timeout (?:of \d+|exceeded|expired|waiting)|deadline exceeded|gave up waiting|no output (?:has been )?received (?:for|in)|did not become (?:ready|healthy)).*))re"},
    {"git", auth, 90, 1, 0, R"re((?P<message>fatal: (?:Authentication failed for|could not read (?:Username|Password) for).*))re"},
    {"git", network, 90, 1, 0, R"re((?P<message>fatal: unable to access '[^']*': (?:Could not resolve|Couldn't connect|Failed to connect|Connection |Recv failure|Send failure|Operation timed out|Empty reply|Resolving timed out|SSL |GnuTLS |gnutls_handshake|OpenSSL ).*))re"},
    {"git", permission, 92, 1, 1, R"re((?P<message>.*(?:(?:remote: |^)(?:Permission to \S+ denied|Write access to repository not granted|error: GH\d+|Repository not found)|The requested URL returned error: (?:401|403)|protected branch hook declined|refusing to allow).*))re"},
    {"git", config, 72, 4, 0, R"re(^(?P<message>error: failed to push some refs to .*))re"},
    {"git", config, 88, 1, 2, R"re((?P<message>(?:fatal|error): (?:No url found for submodule path|couldn't find remote ref|Your local changes to the following files would be overwritten|The following untracked working tree files would be overwritten|pathspec .* did not match|not a git repository|refusing to merge unrelated histories|ambiguous argument|reference is not a tree|unable to access|detected dubious ownership|You are not currently on a branch|No names found|invalid reference).*))re"},
    {"git", config, 86, 0, 2, R"re(^(?:\*\*\* )?(?P<message>Please tell me who you are\..*))re"},
    {"git", config, 70, 1, 0, R"re(^(?P<message>nothing to commit, working tree clean|no(?:thing added| changes added) to commit.*))re"},
    {"git", config, 80, 1, 2, R"re((?P<message>(?:! \[(?:remote )?rejected\].*|CONFLICT \(.*\): .*|Automatic merge failed.*)))re"},
    {"git", config, 75, 1, 1, R"re(^\s*(?P<message>fatal: .*))re"},
    {"gh", permission, 82, 0, 1, R"re((?P<message>.*(?:HTTP 40[134]: .*|gh: .*(?:GH_TOKEN|Not Found|Validation Failed).*|GraphQL: .*)))re"},
    {"curl/wget", network, 86, 1, 0, R"re((?P<message>curl: \((?P<code>\d+)\) .*|.*ERROR \d{3}: .*|wget: .*(?:unable|failed|bad).*))re"},
    {"apt", dependency, 88, 0, 1, R"re(^(?P<message>(?:E: .*|dpkg: error .*)))re"},
    {"brew", dependency, 80, 0, 1, R"re(^(?P<message>Error: (?:No available formula|.* has been disabled|Failed to download|.*brew.*)))re"},
    {"any compiler", compile, 80, 0, 2, R"re(^\s*(?P<file>(?:[A-Za-z]:)?[^\s:()\[\]]+\.[A-Za-z]\w{0,5}):(?P<line>\d+)(?::(?P<col>\d+))?:? (?:fatal )?[Ee]rror:? (?P<message>.*))re"},
    {"", unknown, 72, 0, 4, R"re(^(?:error|fatal error|FATAL|fatal)(?:\[(?P<code>[\w:-]+)\])?: (?P<message>\S.*))re"},
    {"", unknown, 66, 0, 3, R"re(^(?:\[?(?:ERROR|FATAL|CRITICAL|SEVERE)\]?[:\s]|.{0,40}\b(?:ERROR|FATAL|CRITICAL|SEVERE)\b[\]:|\s])\s*(?P<message>\S.*))re"},
    {"", unknown, 60, 0, 3, R"re(^\s*(?:❌|✖|✗|✘|🚨|⛔|💥)\s*(?P<message>\S.*))re"},
    {"http", deploy, 62, 2, 1, R"re((?i)(?P<message>.*(?:HTTP Status:? [45]\d\d|status code:? [45]\d\d|failed with status:? [45]\d\d|responded with [45]\d\d|HttpError: .*|returned error: [45]\d\d).*))re"},
    {"shell", config, 66, 1, 1, R"re((?P<message>.*(?:No such file or directory|does not exist|cannot access|Permission denied|Operation not permitted|not a directory|ENOENT|EACCES).*))re"},
};

}  // namespace

std::span<const Matcher> shell() { return table; }

}  // namespace flux::logs::matchers
