#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"javac", compile, 90, 0, 2, R"re(^(?:\[ERROR\] )?(?P<file>[^\s:]+\.(?:java|groovy|scala)):(?:\[(?P<line>\d+),(?P<col>\d+)\]|(?P<code>\d+):) (?:error: )?(?P<message>.*))re"},
    {"kotlinc", compile, 90, 0, 1, R"re(^e: (?:file://)?(?P<file>[^\s:]+\.kts?):(?:(?P<line>\d+):(?P<col>\d+)|\s*\(\d+, \d+\):?) (?P<message>.*))re"},
    {"gradle", config, 88, 0, 3, R"re(^(?P<message>A problem occurred (?:evaluating|configuring) .*))re"},
    {"gradle", config, 82, 0, 1, R"re(^(?P<message>(?:Build file|Settings file|Script) '(?P<file>[^']+)' line: (?P<line>\d+)))re"},
    {"gradle", compile, 80, 0, 4, R"re(^(?P<message>\* What went wrong:))re"},
    {"gradle", config, 85, 0, 1, R"re((?P<message>.*(?:Could not (?:resolve|find|determine) .*|given for org\.gradle\.java\.home Gradle property is invalid.*|SDK location not found.*|Unsupported class file major version.*|Could not open .* class cache)))re"},
    {"gradle", test, 75, 0, 3, R"re(^(?P<message>\S+(?: > .*)? > .* FAILED)$)re"},
    {"gradle", compile, 25, 1, 0, R"re(^> Task (?P<message>\S+ FAILED))re"},
    {"maven", test, 82, 0, 2, R"re(^\[ERROR\]\s+(?P<message>\S+\.\S+:(?P<line>\d+)(?:->\S+)? .*))re"},
    {"maven", test, 45, 0, 1, R"re(^\[ERROR\] (?P<message>Tests run: \d+, .*(?:Failures: [1-9]|Errors: [1-9]).*))re"},
    {"maven", dependency, 85, 0, 1, R"re(^\[ERROR\] (?P<message>.*(?:Could not resolve dependencies|Could not find artifact|Non-resolvable parent POM|Could not transfer artifact).*))re"},
    {"maven", compile, 60, 0, 2, R"re(^\[ERROR\] (?P<message>(?:Failed to execute goal|COMPILATION ERROR|\S).*))re"},
    {"sbt", compile, 80, 0, 2, R"re(^\[error\] (?P<message>.*\.scala:\d+.*))re"},
    {"java", unknown, 75, 0, 3, R"re(^(?:Exception in thread "[^"]*" |Caused by: )(?P<message>(?:\w+\.)+\w+(?:Exception|Error).*))re"},
    {"junit", test, 78, 0, 2, R"re(^\s*(?P<message>(?:org\.opentest4j\.|java\.lang\.)AssertionError?.*|org\.junit\..*(?:Error|Failure).*))re"},
};

}  // namespace

std::span<const Matcher> jvm() { return table; }

}  // namespace flux::logs::matchers
