#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"vercel", deploy, 80, 1, 2, R"re(^(?P<message>Error: (?:No existing credentials found|You do not have access|The specified token is not valid|Project not found|.*vercel.*)))re"},
    {"pages", deploy, 84, 0, 2, R"re((?P<message>.*(?:Failed to create deployment \(status: \d+\)|Ensure GitHub Pages has been enabled|not allowed to deploy to .* due to environment protection rules|Deployment request failed for|Get Pages site failed|Uploaded artifact .* is too large).*))re"},
    {"cloudformation", deploy, 84, 0, 1, R"re((?P<message>.*\b(?:CREATE|UPDATE|DELETE|IMPORT)_FAILED\b.*))re"},
    {"aws cdk", deploy, 82, 0, 2, R"re((?P<message>.*(?:❌ +\S+ failed: |The stack named .* failed|is in ROLLBACK_COMPLETE state|Need to perform AWS calls for account|has not been bootstrapped|SSM parameter .* not found).*))re"},
    {"expo/eas", auth, 84, 0, 2, R"re(^(?P<message>An Expo user account is required to proceed.*))re"},
    {"goreleaser", deploy, 72, 0, 5, R"re(^\s*⨯ (?P<message>(?:release|build|check|command) failed(?: after)? .*))re"},
    {"serverless", deploy, 80, 0, 3, R"re(^(?P<message>(?:✖ (?:Error|Stack|Could|Cannot|Environment|Service)|Serverless Error).*))re"},
    {"rsync/scp", deploy, 86, 1, 1, R"re((?P<message>rsync(?: error)?: .*|scp: .*|.*lost connection$))re"},
    {"ftp", deploy, 84, 0, 1, R"re((?P<message>.*(?:FTPError: |530 (?:Login|User|Not logged)|FTP connection|ECONNREFUSED .*:21\b).*))re"},
    {"hugo", compile, 88, 0, 2, R"re(^(?P<message>(?:Error: |ERROR ).*(?:error building site|render of|execute of template|failed to (?:extract|render)|module |parse of template).*))re"},
    {"jekyll", compile, 86, 0, 2, R"re((?P<message>.*(?:Liquid Exception: |jekyll [\d.]+ \| Error:|Conversion error: |Error:\s+Could not locate the included file).*))re"},
    {"eleventy/docusaurus", compile, 84, 0, 6, R"re((?P<message>.*(?:Docusaurus found broken (?:links|anchors)|Unable to build website for locale|\[11ty\].*(?:Problem writing|Error|Having trouble)).*))re"},
    {"ssh action", deploy, 40, 1, 0, R"re((?P<message>.*(?:Process exited with status \d+|Run Command Timeout).*))re"},
    {"netlify", deploy, 75, 1, 3, R"re(^\s*(?:›\s+)?(?P<message>Error: (?:Unauthorized|Not Found|Could not find the project|.*netlify.*)|Build failed due to a user error.*|Failed during stage '.*'.*))re"},
    {"pages", deploy, 70, 1, 1, R"re((?P<message>.*(?:Failed to create deployment|Deployment failed, try again later|Get Pages site failed|Creating Pages deployment failed|No artifacts named|Timeout reached, aborting).*))re"},
    {"aws", deploy, 82, 0, 2, R"re((?P<message>An error occurred \((?P<code>\w+)\) when calling the \w+ operation.*))re"},
    {"aws", auth, 88, 0, 1, R"re((?P<message>.*(?:Could not load credentials from any providers|Credentials could not be loaded|Unable to locate credentials|Not authorized to perform sts:AssumeRole|The security token included in the request is (?:invalid|expired)).*))re"},
    {"gcloud", deploy, 80, 0, 2, R"re((?P<message>ERROR: \(gcloud\..*|.*google-github-actions/auth failed with: .*))re"},
    {"azure", deploy, 80, 0, 2, R"re((?P<message>.*(?:Deployment Failed, Error: |Login failed with Error: |AADSTS\d+: ).*))re"},
    {"firebase", deploy, 80, 0, 1, R"re(^(?P<message>Error: (?:Failed to authenticate|HTTP Error: \d+|Assertion failed: resolving hosting target|.*firebase.*).*))re"},
    {"cloudflare", deploy, 90, 0, 2, R"re(✘ \[ERROR\] (?P<message>A request to the Cloudflare API .* failed.*))re"},
    {"cloudflare", auth, 89, 1, 1, R"re(^\s*(?P<message>Authentication error \[code: (?P<code>\d+)\].*))re"},
    {"cloudflare", deploy, 82, 0, 4, R"re((?P<message>.*(?:✘ \[ERROR\]|A request to the Cloudflare API .* failed).*))re"},
    {"heroku", deploy, 75, 0, 2, R"re(^(?:remote:\s+)?(?P<message>!\s+(?:Push (?:rejected|failed)|Couldn't find that app|No such app).*))re"},
    {"digitalocean", deploy, 80, 0, 1, R"re((?P<message>Error: (?:GET|POST|PUT) https://api\.digitalocean\.com.*|Error: Unable to (?:initialize|authenticate).*))re"},
    {"ssh", network, 88, 1, 1, R"re((?P<message>.*(?:dial tcp .*(?:i/o timeout|connection refused|no such host|no route to host)|ssh: (?:connect to host|handshake failed|Could not resolve).*|Permission denied \((?:publickey|password).*|Host key verification failed.*|Connection timed out during banner exchange|kex_exchange_identification.*).*))re"},
    {"ssh", missing_secret, 88, 0, 1, R"re((?P<message>.*(?:Error loading key ".*"|ssh: no key found|can't connect without a private SSH key or password|missing server host|The ssh-private-key argument is empty).*))re"},
};

}  // namespace

std::span<const Matcher> deploys() { return table; }

}  // namespace flux::logs::matchers
