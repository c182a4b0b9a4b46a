#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"php", compile, 88, 0, 2, R"re(^(?:PHP )?(?P<message>(?:Parse|Fatal) error: .* in (?P<file>\S+)(?: on line |:)(?P<line>\d+)))re"},
    {"phpunit", test, 86, 2, 3, R"re(^(?P<message>Failed asserting that .*))re"},
    {"sql", config, 86, 0, 1, R"re((?P<message>.*SQLSTATE\[\w+\].*))re"},
    {"phpcs", lint, 84, 0, 0, R"re(^\s*(?P<line>\d+) \| (?P<message>ERROR\s+\|.*))re"},
    {"phpcs", lint, 60, 0, 0, R"re(^FILE: (?P<message>(?P<file>\S+)))re"},
    {"psalm", type, 84, 0, 1, R"re(^ERROR: (?P<code>\w+) - (?P<file>\S+):(?P<line>\d+):(?P<col>\d+) - (?P<message>.*))re"},
    {"php", compile, 86, 0, 2, R"re((?P<message>.*(?:Uncaught (?:\w+\\?)+: |PHP (?:Fatal|Parse|Recoverable fatal) error: |Errors parsing \S+).*))re"},
    {"composer", unknown, 22, 0, 0, R"re(^(?P<message>Script .* returned with error code \d+))re"},
    {"composer", dependency, 86, 0, 3, R"re((?P<message>.*(?:requires (?:ext-\S+|php \S+).*(?:is missing from your system|your php version|does not satisfy)|Could not find (?:a matching version of )?package|could not be (?:fully loaded|downloaded)|Composer detected issues in your platform|curl error \d+ while downloading).*))re"},
    {"phpunit", test, 78, 0, 5, R"re(^(?P<message>\d+\) (?P<test>\S+::\S+).*))re"},
    {"phpunit", test, 45, 1, 1, R"re(^(?P<message>(?:FAILURES!|ERRORS!|Tests: \d+, Assertions: \d+, (?:Failures|Errors): [1-9].*)))re"},
    {"pest", test, 75, 0, 4, R"re(^\s*(?:FAILED|⨯)\s+(?P<message>(?P<test>(?:Tests\\|it |\S+ > ).*)))re"},
    {"phpstan", type, 86, 1, 1, R"re(^\s*(?P<line>\d+)\s{2,}(?P<message>\S.*(?:undefined|expects|should return|has no|Call to|Access to|Property|Method|Parameter).*))re"},
    {"composer", dependency, 90, 0, 5, R"re((?P<message>.*(?:Your requirements could not be resolved to an installable set of packages|The lock file is not up to date with the latest changes|Required package "\S+" is not present in the lock file|Your lock file does not contain a compatible set of packages|your php version \(.*\) does not satisfy).*))re"},
    {"composer", dependency, 75, 0, 2, R"re(^\s*-? ?(?P<message>(?:Root composer\.json requires|\S+/\S+ \S+ requires) .*))re"},
    {"artisan", unknown, 70, 0, 4, R"re(^\s*(?P<message>\w+(?:\\\w+)*Exception\s.*))re"},
    {"rspec", test, 88, 1, 6, R"re(^\s*(?P<message>Failure/Error: .*))re"},
    {"ruby", dependency, 90, 0, 1, R"re((?P<message>.*(?:cannot load such file -- |Gem::(?:MissingSpecError|LoadError|ConflictError)).*))re"},
    {"ruby", unknown, 84, 0, 2, R"re((?P<message>.*(?:uninitialized constant |undefined (?:local variable or )?method ).*))re"},
    {"minitest", test, 84, 1, 4, R"re(^(?P<message>(?P<test>\w[\w:]*#test_\w+) \[(?P<file>\S+):(?P<line>\d+)\]:?))re"},
    {"minitest", test, 60, 0, 4, R"re(^(?P<message>(?P<test>\w[\w:]*#test_\w+):$))re"},
    {"rspec", test, 72, 0, 6, R"re(^\s{0,6}\d+\) (?P<message>(?P<test>[^\s\d].*)))re"},
    {"rspec", test, 60, 0, 0, R"re(^rspec (?P<message>(?P<file>\./\S+\.rb)(?::(?P<line>\d+)|\[\S+\]).*))re"},
    {"rspec", test, 45, 0, 0, R"re(^(?P<message>\d+ examples?, [1-9]\d* failures?.*))re"},
    {"minitest", test, 78, 0, 5, R"re(^\s*(?:Failure|Error):$)re"},
    {"bundler", dependency, 86, 0, 3, R"re((?P<message>.*(?:Could not find gem|The deployment setting requires|The dependencies in your gemfile changed|The gemspecs for path gems changed|You are trying to install in deployment mode|Bundler could not find compatible versions|Could not find \S+ in (?:any of the sources|locally installed gems)|Your bundle is locked to|Your Ruby version is .*, but your Gemfile|An error occurred while installing|Bundler::\w+(?:Error|Conflict|Failure)).*))re"},
    {"rubocop", lint, 84, 0, 2, R"re(^(?P<file>\S+\.(?:rb|rake|gemspec)|Gemfile|Rakefile):(?P<line>\d+):(?P<col>\d+): [EFCW]: (?:\[\w+\] )?(?P<message>.*))re"},
    {"ruby", unknown, 78, 0, 3, R"re(^(?:\S*/)?(?P<file>\S+\.rb):(?P<line>\d+):in [`'].*': (?P<message>.*(?:Error|Exception|exit).*))re"},
    {"rake", unknown, 35, 0, 3, R"re(^(?P<message>rake aborted!.*))re"},
    {"rustfmt/gofmt/black", lint, 70, 0, 3, R"re(^(?P<message>(?:Diff in \S+.*|would reformat \S+.*|\S+ is not formatted.*|error: \S+\.\w+ is not formatted.*)))re"},
};

}  // namespace

std::span<const Matcher> php_and_ruby() { return table; }

}  // namespace flux::logs::matchers
