#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"javac", compile, 90, 0, 2, R"re(^(?:\[ERROR\] )?(?P<file>[^\s:]+\.(?:java|groovy|scala)):(?:\[(?P<line>\d+),(?P<col>\d+)\]|(?P<line2>\d+):(?P<col2>\d*):?) (?:error: )?(?P<message>.*))re"},
    {"kotlinc", compile, 90, 0, 1, R"re(^e: (?:file://)?(?P<file>[^\s:]+\.kts?):(?:(?P<line>\d+):(?P<col>\d+)|\s*\((?P<line2>\d+), (?P<col2>\d+)\):?) (?P<message>.*))re"},
    {"kotlinc", compile, 90, 0, 2, R"re(^(?P<file>\S+\.kts?):(?P<line>\d+):(?P<col>\d+): error: (?P<message>.*))re"},
    {"gradle", config, 88, 0, 3, R"re(^(?P<message>A problem occurred (?:evaluating|configuring) .*))re"},
    {"gradle", config, 82, 0, 1, R"re(^(?P<message>(?:Build file|Settings file|Script) '(?P<file>[^']+)' line: (?P<line>\d+)))re"},
    {"gradle", compile, 80, 0, 4, R"re(^(?P<message>\* What went wrong:))re"},
    {"gradle", config, 85, 0, 1, R"re((?P<message>.*(?:Could not (?:resolve|determine|find) (?:all |the |method |property |[\w.-]+:[\w.-]+|com\.|org\.|io\.).*|given for org\.gradle\.java\.home Gradle property is invalid.*|SDK location not found.*|Unsupported class file major version.*|Could not open .* class cache)))re"},
    {"gradle", test, 75, 0, 3, R"re(^(?P<message>(?P<test>\S+(?: > .*)? > .*) FAILED)$)re"},
    {"gradle", compile, 25, 1, 0, R"re(^> Task (?P<message>\S+ FAILED))re"},
    {"maven", unknown, 8, 0, 0, R"re(^\[ERROR\] (?P<message>(?:-> |To see the full stack trace|Re-run Maven|For more information about the errors|\[Help \d+\]|After correcting the problems|  mvn <|Please refer to |See dump|There are test failures).*|\s*)$)re"},
    {"maven", test, 86, 0, 2, R"re(^\[ERROR\] (?P<message>(?P<test>\S+)\s.*<<< (?:FAILURE|ERROR)!))re"},
    {"gradle", unknown, 14, 0, 0, R"re(^(?P<message>FAILURE: Build (?:failed|completed with \d+ failures).*|BUILD FAILED in .*|> (?:Compilation (?:failed|error)|There were failing tests).*|Execution failed for task .*))re"},
    {"spring", config, 86, 0, 8, R"re(^(?P<message>APPLICATION FAILED TO START))re"},
    {"ktlint/detekt", lint, 84, 0, 0, R"re(^(?P<file>\S+\.kts?):(?P<line>\d+):(?P<col>\d+):? (?P<message>.*))re"},
    {"android", config, 86, 0, 3, R"re((?P<message>.*(?:AAPT: error: |Manifest merger failed|Keystore file '.*' not found|Failed to find (?:Build Tools|target with hash)|You have not accepted the license agreements|Android Gradle plugin requires Java|No matching client found for package name|File google-services\.json is missing|SDK location not found|Failed to install the following Android SDK packages|ANDROID_HOME).*))re"},
    {"android lint", lint, 84, 0, 1, R"re(^(?P<file>\S+\.(?:kt|java|xml)):(?P<line>\d+): Error: (?P<message>.*\[(?P<code>\w+)\]))re"},
    {"java", config, 88, 0, 2, R"re((?P<message>.*(?:invalid (?:source|target) release|release version \d+ not supported|UnsupportedClassVersionError|Could not find or load main class|Unable to access jarfile|JAVA_HOME is (?:not set|set to an invalid|not defined)|No compiler is provided in this environment|Unsupported Java|Cannot find a Java installation|incompatible because this component declares).*))re"},
    {"maven", config, 88, 0, 3, R"re(^\[(?:ERROR|FATAL)\] (?P<message>(?:Malformed POM|Non-parseable POM|'\S+' (?:is missing|for \S+ is missing)|The goal you specified requires a project|Unknown lifecycle phase|No plugin found for prefix|Plugin \S+ or one of its dependencies could not be resolved|Cannot access \S+ .* in offline mode).*))re"},
    {"scalatest", test, 86, 0, 2, R"re(^\[(?:info|error)\]\s+(?:- |Test )?(?P<message>(?P<test>\S.*) (?:\*\*\* FAILED \*\*\*|failed: ).*))re"},
    {"scalac", compile, 86, 0, 2, R"re(^(?P<file>\S+\.(?:scala|sc)):(?P<line>\d+): error: (?P<message>.*))re"},
    {"sbt", compile, 58, 0, 1, R"re(^\[error\] (?P<message>[^\s(].*))re"},
    {"maven", test, 82, 0, 2, R"re(^\[ERROR\]\s+(?P<message>\S+\.\S+:(?P<line>\d+)(?:->\S+)? .*))re"},
    {"maven", test, 67, 0, 1, R"re(^\[ERROR\] (?P<message>Tests run: \d+, .*(?:Failures: [1-9]|Errors: [1-9]).*))re"},
    {"maven", dependency, 85, 0, 1, R"re(^\[ERROR\] (?P<message>.*(?:Could not resolve dependencies|Could not find artifact|Non-resolvable parent POM|Could not transfer artifact).*))re"},
    {"maven", compile, 60, 0, 2, R"re(^\[ERROR\] (?P<message>(?:Failed to execute goal|COMPILATION ERROR|\S).*))re"},
    {"sbt", compile, 80, 0, 2, R"re(^\[error\] (?P<message>.*\.scala:\d+.*))re"},
    {"java", unknown, 75, 0, 3, R"re(^(?:Exception in thread "[^"]*" |Caused by: )(?P<message>(?:\w+\.)+\w+(?:Exception|Error).*))re"},
    {"junit", test, 86, 0, 2, R"re(^\s*(?P<message>(?:(?:\w+\.)+AssertionError|(?:\w+\.)*(?:AssertionFailedError|ComparisonFailure|MultipleFailuresError|AssertionFailure))\b.*|org\.junit\..*(?:Error|Failure).*))re"},
};

}  // namespace

std::span<const Matcher> jvm() { return table; }

}  // namespace flux::logs::matchers
