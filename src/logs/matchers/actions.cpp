#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"actions", cancelled, 60, 3, 0, R"re(^(Error: )?The operation was cancell?ed\.)re"},
    {"actions", cancelled, 60, 2, 0, R"re(^The (job|run|runner) (was|has been) cancell?ed)re"},
    {"actions", timeout, 75, 3, 0, R"re(^The (job|action|operation) .*(has )?(exceeded the maximum execution time|timed out|has timed out))re"},
    {"actions", timeout, 75, 3, 0, R"re(exceeded the maximum execution time of \d+)re"},
    {"actions", runner_lost, 80, 3, 0, R"re(The (self-hosted )?runner.* (lost communication with the server|has received a shutdown signal))re"},
    {"actions", runner_lost, 70, 3, 0, R"re(^The hosted runner (encountered an error|lost))re"},
    {"actions", permission, 90, 2, 1, R"re((?P<message>Resource not accessible by (integration|personal access token).*))re"},
    {"actions", permission, 85, 1, 1, R"re((?P<message>.*refusing to allow a (GitHub App|Personal Access Token|OAuth App).*))re"},
    {"actions", deprecated_action, 85, 1, 1, R"re((?P<message>This request has been automatically failed because it uses a deprecated version of .*))re"},
    {"actions", workflow, 90, 1, 1, R"re((?P<message>Unable to resolve action .*))re"},
    {"actions", workflow, 85, 0, 3, R"re((?P<message>(Invalid workflow file|The workflow is not valid).*))re"},
    {"actions", workflow, 80, 1, 2, R"re((?P<message>Can't find 'action\.yml', 'action\.yaml' or 'Dockerfile'.*))re"},
    {"actions", missing_secret, 92, 1, 1, R"re((?P<message>Input required and not supplied: \S+.*))re"},
    {"actions", missing_secret, 85, 1, 2, R"re((?i)(?P<message>.*(secret|token|env(ironment)? var(iable)?|api[_ ]key)s? .{0,40}(is|are|was|were) (not set|not defined|missing|empty|required|undefined|unset).*))re"},
    {"actions", config, 85, 1, 2, R"re((?P<message>(Error: )?(Unable to download artifact|Artifact not found for name|Unable to find any artifacts|Multiple artifacts named).*))re"},
    {"actions", config, 80, 1, 1, R"re((?P<message>No files were found with the provided path: .*))re"},
    {"actions", config, 85, 1, 1, R"re((?P<message>(Error: )?(Dependencies lock file is not found|Some specified paths were not resolved, unable to cache dependencies|Version .* with arch .* not found|The specified .* version file at: .* does not exist|Unable to find (Node|Python|Go|Ruby|Java) version|Could not find satisfied version for SemVer).*))re"},
    {"actions", unknown, 12, 0, 0, R"re(^(?P<message>Process completed with exit code (?P<code>\d+)\.?))re"},
    {"actions", unknown, 12, 0, 0, R"re(^(?P<message>The process '.*' failed with exit code (?P<code>\d+)))re"},
};

}  // namespace

std::span<const Matcher> actions() { return table; }

}  // namespace flux::logs::matchers
