#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"tsc", type, 92, 0, 1, R"re(^\s*(?P<file>[^\s()]+\.(?:[cm]?[jt]sx?|vue|svelte))\((?P<line>\d+),(?P<col>\d+)\): error (?P<code>TS\d+): (?P<message>.*))re"},
    {"tsc", type, 92, 0, 1, R"re(^\s*(?P<file>[^\s:()]+\.(?:[cm]?[jt]sx?|vue|svelte)):(?P<line>\d+):(?P<col>\d+) - error (?P<code>TS\d+): (?P<message>.*))re"},
    {"tsc", type, 85, 1, 1, R"re((?:^|\s)error (?P<code>TS\d+): (?P<message>.*))re"},
    {"next", type, 88, 0, 6, R"re(^(?:\./)?(?P<file>\S+\.[cm]?[jt]sx?):(?P<line>\d+):(?P<col>\d+)$)re"},
    {"next", type, 88, 2, 4, R"re(^\s*(?P<message>Type error: .*))re"},
    {"svelte-check", type, 88, 1, 1, R"re(^\s*Error: (?P<message>.*(?:\(ts\)|\(js\)|implicitly has an|has already been declared|Cannot find module|has no exported member|is not assignable to|does not exist on type).*))re"},
    {"module", dependency, 88, 1, 3, R"re((?P<message>.*(?:Module not found: .*|Can't resolve '.*|Cannot find (?:module|package) '.*|Could not resolve .*|Rollup failed to resolve import .*|Failed to resolve (?:import|entry for package) .*|ERR_MODULE_NOT_FOUND.*|\[UNRESOLVED_IMPORT\].*)))re"},
    {"jest", test, 85, 1, 11, R"re(^\s*●\s+(?P<message>\S.* › .*|Test suite failed to run))re"},
    {"jest/vitest", test, 55, 0, 1, R"re(^\s*(?:❯\s+)?FAIL\s+(?P<message>(?:\S+ )?(?P<file>\S+\.(?:[cm]?[jt]sx?|vue|svelte)).*))re"},
    {"vitest", test, 80, 1, 4, R"re(^\s*(?:→|AssertionError:|⎯.*)\s*(?P<message>.*(?:expected|Assertion).*))re"},
    {"vitest/mocha", test, 50, 0, 1, R"re(^\s*(?:×|✗|✕|✖)\s+(?P<message>\S.*))re"},
    {"node:test", test, 60, 0, 6, R"re(^\s*not ok \d+ - (?P<message>.*))re"},
    {"mocha", test, 50, 0, 8, R"re(^\s*(?P<message>\d+ failing))re"},
    {"jest/vitest", test, 45, 1, 2, R"re(^\s*(?P<message>(?:Tests|Test Suites|Test Files|Snapshots)[: ]\s+.*\d+ failed.*))re"},
    {"playwright", test, 75, 0, 6, R"re(^\s*\d+\) (?P<message>(?:\[\S+\] › )?\S+\.(?:spec|test)\.[cm]?[jt]sx?:\d+:\d+ › .*))re"},
    {"cypress", test, 70, 0, 4, R"re(^\s*(?P<message>(?:CypressError|AssertionError): .*))re"},
    {"eslint", lint, 84, 0, 0, R"re(^\s*(?P<line>\d+):(?P<col>\d+)\s+error\s+(?P<message>.*))re"},
    {"eslint", lint, 45, 2, 0, R"re(^(?P<message>\s*✖ \d+ problems? \([1-9]\d* errors?.*))re"},
    {"prettier", lint, 80, 0, 4, R"re(^(?:\[(?:error|warn)\] )(?P<message>(?P<file>\S+\.\w+)(?:: SyntaxError.*)?$))re"},
    {"prettier", lint, 60, 3, 1, R"re((?P<message>.*Code style issues (?:found in|were found).*))re"},
    {"biome", lint, 80, 0, 3, R"re(^(?P<file>\S+\.\w+):(?P<line>\d+):(?P<col>\d+) (?P<code>(?:lint|format|parse|assist)/?\S*) .*━.*)re"},
    {"pnpm", dependency, 92, 0, 3, R"re((?P<message>.*\[?ERR_PNPM_(?P<code>\w+)\]?.*))re"},
    {"npm", dependency, 75, 0, 3, R"re(^npm (?:ERR!|error) code (?P<code>\S+).*)re"},
    {"npm", dependency, 82, 0, 3, R"re(^npm (?:ERR!|error) (?P<message>.*(?:ENOENT|ERESOLVE|EUSAGE|404 Not Found|401 Unauthorized|403 Forbidden|can only install packages when|Missing: .* from lock file|Missing script|No matching version|ETARGET|peer |could not resolve|EBADENGINE|Unsupported engine).*))re"},
    {"npm", unknown, 30, 0, 1, R"re(^npm (?:ERR!|error) (?P<message>\S.*))re"},
    {"yarn", dependency, 85, 0, 3, R"re(^(?:➤ )?(?P<message>YN\d+: .*(?:│|:).*(?:fail|error|Error|would have been modified|lockfile|not found|couldn't).*))re"},
    {"yarn", dependency, 80, 0, 3, R"re(^error (?P<message>(?:An unexpected error occurred|Your lockfile needs to be updated|Couldn't find|.*The engine .* is incompatible|Command .* not found|Command failed).*))re"},
    {"lerna/nx/turbo", unknown, 40, 1, 2, R"re((?P<message>.*(?:Running target .* failed|lerna ERR! .*|ERROR  ?run failed: command  ?exited|\S+#\S+: command .* exited \(\d+\)).*))re"},
    {"vite/webpack", compile, 75, 0, 5, R"re(^\s*(?P<message>(?:ERROR in .*|(?:x|✗) Build failed in .*|error during build:.*|Build failed with \d+ errors?.*|Turbopack build failed with .*|Failed to compile\.?.*|> Build failed because of webpack errors.*|\[vite\].*[Ee]rror.*|✘ \[ERROR\] .*)))re"},
    {"prisma", config, 85, 0, 4, R"re((?P<message>.*(?:Invalid `prisma\..*|PrismaClient\w*Error.*|Error: P\d{4}.*|Error validating.*prisma.*)))re"},
    {"node", unknown, 72, 1, 4, R"re(^(?:\s*\[?cause\]?: )?\s*(?:Uncaught )?(?P<message>(?P<code>(?:[A-Z]\w*)?(?:Error|Exception))(?: \[\w+\])?: \S.*))re"},
    {"node", out_of_memory, 90, 1, 1, R"re((?P<message>.*JavaScript heap out of memory.*))re"},
    {"deno", type, 85, 0, 3, R"re(^(?P<message>(?:TS\d+ \[ERROR\]|error: (?:Uncaught|Type checking|Module not found|Import)).*))re"},
};

}  // namespace

std::span<const Matcher> javascript() { return table; }

}  // namespace flux::logs::matchers
