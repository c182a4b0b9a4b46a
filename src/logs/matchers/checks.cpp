#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

/// What looks at text, policies and dependencies rather than compiling or running: linters of prose, markup, shell,
/// workflows and images, scanners, gates.
constexpr Matcher table[] = {
    {"actionlint", workflow, 86, 0, 2, R"re(^(?P<file>\.github/\S+\.ya?ml):(?P<line>\d+):(?P<col>\d+): (?P<message>.*))re"},
    {"markdownlint", lint, 85, 0, 0, R"re(^(?P<file>\S+\.mdx?):(?P<line>\d+)(?::(?P<col>\d+))? (?:error )?(?P<code>MD\d+)\S* (?P<message>.*))re"},
    {"sphinx", lint, 86, 0, 1, R"re(^(?P<file>\S+\.(?:rst|md|py|ipynb|txt))(?::docstring of \S+)?:(?P<line>\d*):? (?P<message>(?:WARNING|ERROR|SEVERE|CRITICAL): .*))re"},
    {"sphinx", lint, 88, 0, 3, R"re(^(?P<message>Warning, treated as error:.*))re"},
    {"mkdocs", lint, 86, 0, 0, R"re(^WARNING\s+-\s+(?P<message>(?:Doc file|A reference|A relative path|\[git|Documentation file|The following|mkdocs).*))re"},
    {"mkdocs", lint, 50, 1, 0, R"re(^(?P<message>Aborted with \d+ (?:Configuration )?[Ww]arnings.*))re"},
    {"asciidoctor", lint, 85, 0, 0, R"re(^(?P<message>asciidoctor: (?:WARNING|ERROR|FAILED): (?:(?P<file>\S+): line (?P<line>\d+): )?.*))re"},
    {"doxygen", lint, 85, 0, 1, R"re(^(?P<file>[^\s:]+):(?P<line>\d+): (?:error|warning): (?P<message>.*(?:documented|argument|parameter|@param|command|reference).*))re"},
    {"codespell", lint, 84, 0, 0, R"re(^(?P<file>\S+):(?P<line>\d+): (?P<message>[\w'-]+ ==> .*))re"},
    {"cspell", lint, 84, 0, 0, R"re(^(?P<file>\S+):(?P<line>\d+):(?P<col>\d+) - (?P<message>(?:Unknown|Forbidden) word.*))re"},
    {"lychee", lint, 10, 0, 0, R"re(^\s*(?:[✗×*-] )?\[\d\d\d\] <?(?P<message>(?:https?|file|mailto):\S* \| Accepted .*))re"},
    {"lychee", lint, 82, 0, 0, R"re(^\s*(?:[✗×*-] )?\[(?P<code>[45]\d\d|ERROR|ERR|TIMEOUT|UNKNOWN)\] <?(?P<message>(?:https?|file|mailto):\S*.*))re"},
    {"markdown-link-check", lint, 78, 0, 0, R"re(^\s*\[✖\] (?P<message>\S+.*))re"},
    {"shellcheck", lint, 86, 3, 0, R"re(^\s*\^-*\^? (?P<code>SC\d+)(?: \(\w+\))?: (?P<message>.*))re"},
    {"shellcheck", lint, 86, 0, 0, R"re(^(?P<file>\S+):(?P<line>\d+):(?P<col>\d+): (?:error|warning|note|info): (?P<message>.*\[(?P<code>SC\d+)\]))re"},
    {"hadolint", lint, 86, 0, 0, R"re(^(?P<file>\S*ockerfile\S*):(?P<line>\d+) (?P<code>(?:DL|SC)\d+) (?P<message>.*))re"},
    {"buf", lint, 86, 0, 0, R"re(^(?P<file>\S+\.proto):(?P<line>\d+):(?P<col>\d+):(?P<message>\S.* (?:should|must) .*))re"},
    {"protobuf", compile, 86, 0, 0, R"re(^(?P<file>\S+\.proto):(?:(?P<line>\d+):(?P<col>\d+):)? ?(?P<message>\S.*))re"},
    {"cpplint", lint, 85, 0, 0, R"re(^(?P<file>\S+):(?P<line>\d+):  (?P<message>.*)  \[(?P<code>[\w/+]+)\] \[\d\]$)re"},
    {"hlint", lint, 85, 0, 4, R"re(^(?P<file>\S+\.l?hs):\(?(?P<line>\d+)[:,](?P<col>\d+)\S*: (?:Warning|Suggestion|Error|Ignore): (?P<message>.*))re"},
    {"redocly", lint, 85, 0, 2, R"re(^(?:\[\d+\] )?(?P<message>(?P<file>\S+\.(?:ya?ml|json)):(?P<line>\d+):(?P<col>\d+) at #.*))re"},
    {"xmllint", config, 86, 0, 0, R"re(^(?P<file>\S+):(?P<line>\d+): (?:element \S+: Schemas validity|parser|namespace|Relax-NG validity|element \S+: validity) error : (?P<message>.*))re"},
    {"commitlint", lint, 85, 2, 0, R"re(^✖\s+(?P<message>.* \[(?P<code>[a-z-]+)\])$)re"},
    {"gitlint", lint, 84, 0, 0, R"re(^(?:\d+|-): (?P<code>[TBM]\d+) (?P<message>.*))re"},
    {"pre-commit", lint, 82, 0, 8, R"re(^(?P<message>\S.*\.{3,}(?:\(.*\))?Failed)$)re"},
    {"size-limit", lint, 86, 2, 3, R"re((?P<message>.*Package size limit has exceeded by .*))re"},
    {"lighthouse ci", test, 82, 0, 4, R"re(^\s*✘\s+(?P<message>\S+ (?:failure|warning) for .* assertion.*))re"},
    {"license check", lint, 80, 0, 2, R"re((?P<message>.*(?:is licensed under .* which is not permitted|Package .* has an? (?:incompatible|disallowed|unapproved) license|licenses? (?:is|are) not allowed|is not compliant).*))re"},
    {"bandit", lint, 85, 0, 5, R"re(^>> Issue: \[(?P<code>B\d+)\S*\] (?P<message>.*))re"},
    {"checkov", lint, 84, 1, 1, R"re((?P<message>FAILED for resource: .*))re"},
    {"tfsec/trivy", lint, 78, 0, 2, R"re(^(?P<message>Total: [1-9]\d* \(.*\)|Result #\d+ (?:HIGH|CRITICAL|MEDIUM|LOW) .*))re"},
    {"snyk", lint, 78, 0, 2, R"re(^\s*✗ (?P<message>.*(?:severity|Severity).*))re"},
    {"npm audit", dependency, 70, 0, 3, R"re(^(?P<message>Severity: (?:moderate|high|critical).*|# npm audit report))re"},
    {"npm audit", network, 80, 2, 0, R"re(^npm (?:ERR!|error) (?P<message>audit endpoint returned an error.*))re"},
    {"npm audit", dependency, 36, 0, 0, R"re(^(?P<message>(?:found )?[1-9]\d* (?:\w+ severity )?vulnerabilit(?:y|ies)\b.*))re"},
    {"cargo audit", dependency, 84, 0, 4, R"re(^(?P<message>error: \d+ vulnerabilit(?:y|ies) found!?|ID:\s+RUSTSEC-.*))re"},
    {"pip-audit", dependency, 82, 0, 4, R"re(^(?P<message>Found \d+ known vulnerabilit(?:y|ies) in \d+ packages?.*))re"},
    {"semgrep", lint, 84, 1, 5, R"re(^\s*❯+❱ ?(?P<message>(?P<code>[\w.-]+).*))re"},
    {"gitleaks", lint, 82, 2, 4, R"re(^RuleID:\s+(?P<message>(?P<code>\S+)))re"},
    {"gitleaks", lint, 80, 0, 3, R"re((?P<message>.*(?:leaks found: [1-9]|Detected (?:verified|unverified) result|Found verified result).*))re"},
    {"sonarqube", lint, 86, 0, 2, R"re((?P<message>.*(?:QUALITY GATE STATUS: FAILED|Quality Gate has FAILED|Error during SonarScanner execution|Not authorized\. Please check the user token).*))re"},
    {"codecov", config, 78, 0, 2, R"re((?P<message>.*(?:Codecov: Failed to|Codecov token not found|Commit creating failed|Upload failed: \{|Upload queued for processing failed).*))re"},
    {"codeql", config, 84, 0, 3, R"re((?P<message>.*(?:A fatal error occurred: |CodeQL detected code written in .* but|CodeQL could not process any|Encountered a fatal error while running ".*codeql|We were unable to automatically (?:build|detect)).*))re"},
    {"semantic-release", missing_secret, 88, 0, 2, R"re((?P<message>.*(?:ENONPMTOKEN|ENOGHTOKEN|EINVALIDNPMTOKEN|EINVALIDGHTOKEN|EGITNOPERMISSION|ENOREPOURL|EMISSINGREPO).*))re"},
    {"semantic-release", deploy, 80, 0, 3, R"re((?P<message>.*(?:An error occurred while running semantic-release|SemanticReleaseError: ).*))re"},
    {"release-please", deploy, 84, 0, 1, R"re((?P<message>.*release-please failed: .*))re"},
    {"pull request title", lint, 82, 0, 3, R"re((?P<message>No release type found in pull request title.*|Unknown release type ".*" found in pull request title.*|The subject ".*" found in the pull request title.*))re"},
    {"review", lint, 78, 0, 2, R"re((?P<message>Dependency review detected (?:vulnerable|incompatible).*))re"},
    {"gate", config, 70, 2, 3, R"re((?i)^(?P<message>.*(?:blocked due to|quality gate (?:failed|status: failed)|required checks? (?:failed|did not)|files? (?:need|needs) (?:re)?format|(?:is|are) (?:out of date|not up[ -]to[ -]date|out of sync)|please (?:run|commit|regenerate|update)|run .{1,60} (?:and commit|to fix)|uncommitted changes|working tree is dirty).*))re"},
    {"rustfmt/gofmt/black", lint, 70, 0, 3, R"re(^(?P<message>(?:Diff in \S+.*|would reformat \S+.*|\S+ is not formatted.*|error: \S+\.\w+ is not formatted.*)))re"},
};

}  // namespace

std::span<const Matcher> checks() { return table; }

}  // namespace flux::logs::matchers
