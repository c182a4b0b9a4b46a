#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"php", compile, 88, 0, 2, R"re(^(?:PHP )?(?P<message>(?:Parse|Fatal) error: .* in (?P<file>\S+)(?: on line |:)(?P<line>\d+)))re"},
    {"phpunit", test, 86, 2, 3, R"re(^(?:\s*│ )?(?P<message>Failed asserting that .*))re"},
    {"sql", config, 86, 0, 1, R"re((?P<message>.*SQLSTATE\[\w+\].*))re"},
    {"phpcs", lint, 84, 0, 0, R"re(^\s*(?P<line>\d+) \| (?P<message>ERROR\s+\|.*))re"},
    {"phpcs", lint, 60, 0, 0, R"re(^FILE: (?P<message>(?P<file>\S+)))re"},
    {"psalm", type, 84, 0, 1, R"re(^ERROR: (?P<code>\w+) - (?P<file>\S+):(?P<line>\d+):(?P<col>\d+) - (?P<message>.*))re"},
    {"php", compile, 86, 0, 2, R"re((?P<message>.*(?:Uncaught (?:\w+\\?)+: |PHP (?:Fatal|Parse|Recoverable fatal) error: |Errors parsing \S+).*))re"},
    {"composer", unknown, 22, 0, 0, R"re(^(?P<message>Script .* returned with error code \d+))re"},
    {"composer", dependency, 86, 0, 3, R"re((?P<message>.*(?:requires (?:ext-\S+|php \S+).*(?:is missing from your system|your php version|does not satisfy)|Could not find (?:a matching version of )?package|could not be (?:fully loaded|downloaded)|Composer detected issues in your platform|curl error \d+ while downloading).*))re"},
    {"phpunit", test, 78, 0, 5, R"re(^(?P<message>\d+\) (?P<test>\S+::\S+).*))re"},
    {"phpunit", test, 89, 1, 3, R"re(^\s*│ (?P<message>(?:Error: Call to |\w+Error: |[\w\\]+Exception: ).*))re"},
    {"phpunit", test, 45, 1, 1, R"re(^(?P<message>(?:FAILURES!|ERRORS!|Tests: \d+, Assertions: \d+, (?:Failures|Errors): [1-9].*)))re"},
    {"pest", test, 75, 0, 4, R"re(^\s*(?:FAILED|⨯)\s+(?P<message>(?P<test>(?:Tests\\|it |\S+ > ).*)))re"},
    {"phpstan", type, 86, 1, 1, R"re(^\s*(?P<line>\d+)\s{2,}(?P<message>\S.*(?:undefined|expects|should return|has no|Call to|Access to|Property|Method|Parameter).*))re"},
    {"composer", dependency, 90, 0, 5, R"re((?P<message>.*(?:Your requirements could not be resolved to an installable set of packages|The lock file is not up to date with the latest changes|Required package "\S+" is not present in the lock file|Your lock file does not contain a compatible set of packages|your php version \(.*\) does not satisfy).*))re"},
    {"composer", dependency, 75, 0, 2, R"re(^\s*-? ?(?P<message>(?:Root composer\.json requires|\S+/\S+ \S+ requires) .*))re"},
    {"artisan", unknown, 70, 0, 4, R"re(^\s*(?P<message>\w+(?:\\\w+)*Exception\s.*))re"},
};

}  // namespace

std::span<const Matcher> php() { return table; }

}  // namespace flux::logs::matchers
