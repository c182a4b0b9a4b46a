#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"docker", config, 35, 6, 0, R"re((?:^|\s)ERROR: (?P<message>(?:failed to build: )?(?:failed to solve: )?process "(?P<code>.*)" did not complete successfully: .*))re"},
    {"docker", config, 35, 6, 0, R"re(^(?P<message>The command '.*' returned a non-zero code: (?P<code>\d+)))re"},
    {"docker", config, 88, 0, 1, R"re((?P<message>.*(?:Cannot connect to the Docker daemon|(?:COPY|ADD) failed: |failed to compute cache key: |no matching manifest for |manifest unknown|pull access denied|invalid reference format|exec format error|port is already allocated|tag is needed when pushing|failed to read dockerfile|unknown instruction: |dockerfile parse error|failed to push [\w.-]+[/:]|max depth exceeded|invalid tag "|executor failed running|Cannot perform an interactive login from a non TTY|error getting credentials|repository does not exist or may require).*))re"},
    {"docker", config, 85, 0, 2, R"re(^(?:#\d+ )?(?:ERROR: )?(?:buildx failed with: )?(?:ERROR: )?(?:failed to build: )?(?:failed to solve: )(?P<message>.*(?:not found|failed to compute cache key|failed to read dockerfile|dockerfile parse error|unauthorized|denied|pull access denied).*))re"},
    {"docker", config, 88, 0, 1, R"re((?P<message>Error response from daemon: .*))re"},
    {"docker", auth, 85, 0, 1, R"re((?P<message>.*(?:unauthorized: (?:authentication required|incorrect username or password|.*)|denied: (?:requested access|permission_denied|installation not allowed|.*)|no basic auth credentials|Username and password required|Password required).*))re"},
    {"docker", config, 75, 0, 2, R"re(^(?:#\d+ )?(?P<message>ERROR: (?:unable|failed|invalid|Cannot|open|resolve|target) .*))re"},
    {"docker", network, 70, 0, 1, R"re((?P<message>.*toomanyrequests: .*))re"},
    {"docker compose", config, 60, 1, 1, R"re((?P<message>.*(?:Container \S+\s+(?:Error|is unhealthy)|container \S+ (?:exited \(\d+\)|is unhealthy)|dependency failed to start: .*)))re"},
    {"kubernetes", deploy, 86, 0, 1, R"re((?P<message>.*(?:ImagePullBackOff|ErrImagePull|CrashLoopBackOff|CreateContainerConfigError|FailedScheduling|exceeded its progress deadline|OOMKilled|error: error validating|error: unable to (?:recognize|decode|read)|The connection to the server .* was refused|context deadline exceeded|Unable to connect to the server).*))re"},
    {"helm", lint, 78, 1, 0, R"re(^Error: (?P<message>\d+ chart\(s\) linted, [1-9]\d* chart\(s\) failed))re"},
    {"helm", deploy, 86, 0, 1, R"re(^\[ERROR\] (?P<message>(?:templates/|values\.yaml|Chart\.yaml|chart ).*))re"},
    {"helm", deploy, 86, 0, 2, R"re(^(?:E|e)rror: (?P<message>(?:chart |failed to download |found in Chart\.yaml|repo |release |values don't meet|parse error at|template: |execution error at|YAML parse error|unable to build kubernetes objects|rendered manifests).*))re"},
    {"ansible", deploy, 84, 1, 9, R"re((?P<message>(?:ERROR! |\[ERROR\]: )\S.*))re"},
    {"terraform", config, 88, 0, 8, R"re(^[│|]\s*Error: (?P<message>.*))re"},
    {"helm/kubectl", deploy, 85, 0, 2, R"re(^(?P<message>Error: (?:UPGRADE|INSTALLATION) FAILED: .*|Error from server.*|error: (?:timed out waiting for the condition|deployment .* exceeded its progress deadline|You must be logged in to the server|unable to recognize).*))re"},
    {"ansible", deploy, 80, 1, 1, R"re(^(?P<message>(?:fatal|failed): \[.*\].*(?:FAILED|UNREACHABLE).*))re"},
};

}  // namespace

std::span<const Matcher> containers() { return table; }

}  // namespace flux::logs::matchers
