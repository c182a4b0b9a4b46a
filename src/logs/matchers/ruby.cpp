#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
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
};

}  // namespace

std::span<const Matcher> ruby() { return table; }

}  // namespace flux::logs::matchers
