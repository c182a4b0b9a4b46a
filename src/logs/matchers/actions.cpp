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
    {"actions", permission, 90, 0, 1, R"re((?P<message>.*GitHub Actions is not permitted to (?:create|approve).*))re"},
    {"actions", permission, 86, 0, 2, R"re((?P<message>.*(?:Resource protected by organization SAML|Must have admin rights to Repository|Upgrade to GitHub Pro or make this repository public|Could not (?:assume|get) .* OIDC|Unable to get ACTIONS_ID_TOKEN_REQUEST_URL|id-token: write).*))re"},
    {"actions", auth, 88, 0, 1, R"re((?P<message>.*(?:Bad credentials|Parameter token or opts\.auth is required|Requires authentication).*))re"},
    {"actions", workflow, 90, 0, 3, R"re((?P<message>.*(?:The template is not valid\.|Error reading JToken|Unrecognized named-value|Unable to process (?:file )?command|Invalid format '|Matching delimiter not found|An error occurred trying to start process '|The step failed because an error happened when processing).*))re"},
    {"actions", workflow, 88, 0, 1, R"re((?P<message>An action could not be found at the URI.*|Unable to find version `.*|Missing download info for .*|Failed to (?:download|resolve) action.*|Top level 'runs:' section is required.*|Required property is missing: .*|Unexpected input\(s\) .*, valid inputs are.*Error.*))re"},
    {"actions", workflow, 86, 0, 1, R"re((?P<message>The job was not started because .*|.*is not allowed to be used in \S+\. Actions in this workflow must be.*|Container action is only supported on Linux.*))re"},
    {"actions", config, 88, 0, 1, R"re((?P<message>.*(?:Failed to (?:Create|Finalize|Get|List)\w*Artifact|Artifact storage quota has been hit|an artifact with this name already exists|Unable to locate executable file: |No pnpm version is specified|Multiple versions of pnpm specified|[Tt]he version '.*' with architecture '.*' was not found|Failed to restore cache entry\. Exiting as fail-on-cache-miss|Unable to find any artifacts|No file(?:s)? in .* matched to|Unsupported (?:platform|architecture|runner OS)|Could not get manifest).*))re"},
    {"github api", config, 84, 0, 2, R"re((?P<message>.*(?:Validation Failed: |HttpError: Validation|Reference already exists|already_exists|Unprocessable Entity).*))re"},
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
