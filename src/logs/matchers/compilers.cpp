#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

constexpr Matcher table[] = {
    {"gcc/clang", compile, 90, 0, 3, R"re(^\s*(?:In file included from .*|)(?P<file>[^\s:()]+\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|m|mm|x|xm|inl|ipp|cu|cuh|s|S)):(?P<line>\d+):(?:(?P<col>\d+):)? (?:fatal )?error: (?P<message>.*))re"},
    {"gcc/clang", compile, 70, 0, 2, R"re(^\s*(?P<file>(?:/home/runner/work/|/__w/|/builds/|[^/\s:])[^\s:]*\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|m|mm|x|xm|inl|ipp|cu|cuh)):(?P<line>\d+):(?P<col>\d+): +(?:note: )?(?P<message>(?:in instantiation of .* requested here|required from here).*))re"},
    {"gcc/clang", compile, 8, 0, 0, R"re(^\s*\S+:\d+:\d+: note: (?P<message>.*))re"},
    {"gcc/clang", compile, 45, 0, 0, R"re(^(?P<message>(?:\d+ warnings? and )?\d+ errors? generated\.?))re"},
    {"swift", compile, 90, 0, 3, R"re(^\s*(?:❌\s*)?(?P<file>/?[^\s:]+\.swift):(?P<line>\d+):(?P<col>\d+): error: (?P<message>.*))re"},
    {"gcc/clang", compile, 45, 0, 0, R"re((?P<message>.*(?:all warnings being treated as errors|treated as errors).*))re"},
    {"linker", compile, 85, 1, 2, R"re((?P<message>undefined reference to .*|undefined symbols? for architecture.*|ld: (?:symbol|library|framework).*not found.*|(?:ld|lld|mold|gold|ld\.lld): (?:error: )?(?:cannot find -l\S+|undefined symbol: |duplicate symbol: ).*|.*relocation truncated to fit.*|.*multiple definition of .*|unresolved external symbol .*|fatal error LNK\d+.*|collect2: error.*))re"},
    {"linker", compile, 86, 1, 1, R"re((?P<message>ld: .*(?:region `\S+' overflowed by|will not fit in region).*))re"},
    {"erlang", compile, 86, 0, 3, R"re(^\s*(?P<file>\S+\.[ehy]rl):(?P<line>\d+)(?::(?P<col>\d+))?: (?P<message>(?:variable|function|record|syntax error|undefined|type|head|can't|call|illegal|bad|macro|spec|include|behaviour .* undefined)\b.*))re"},
    {"msvc", compile, 90, 0, 1, R"re(^\s*(?:\d+>)?(?P<file>[^()\r\n]+)\((?P<line>\d+)(?:,(?P<col>\d+))?\)\s?: (?:fatal )?error (?P<code>(?:C|LNK|D)\d+): (?P<message>.*))re"},
    {"dotnet format", lint, 84, 0, 0, R"re(^\s*(?P<file>\S+\.(?:cs|vb))\((?P<line>\d+),(?P<col>\d+)\): error (?P<code>WHITESPACE|IMPORTS|FINALNEWLINE|CHARSET|ENDOFLINE|IDE\d+): (?P<message>.*))re"},
    {"dotnet", compile, 90, 0, 1, R"re((?P<file>[^\s()]+\.(?:cs|vb|fs|csproj|razor|cshtml|xaml|fsproj|vbproj|targets|props))\((?P<line>\d+),(?P<col>\d+)\): error (?P<code>[A-Z]+\d+): (?P<message>.*))re"},
    {"dotnet", dependency, 88, 0, 1, R"re((?P<file>\S+\.(?:cs|vb|fs)proj|\S+\.sln)\s*: error (?P<code>NU\d+): (?P<message>.*))re"},
    {"dotnet", compile, 85, 0, 1, R"re((?P<file>[^\s()]*)\s*: error (?P<code>(?:MSB|CS|FS|BC|NETSDK|NU)\d+): (?P<message>.*))re"},
    {"cargo", compile, 90, 0, 6, R"re(^error\[(?P<code>E\d+)\]: (?P<message>.*))re"},
    {"cargo", compile, 25, 0, 1, R"re(^error: could not compile (?P<message>.*))re"},
    {"cargo", compile, 25, 0, 1, R"re(^error: aborting due to (?P<message>.*))re"},
    {"clippy", lint, 90, 6, 1, R"re((?:#\[(?:deny|warn)\(|`-D |-D )(?P<code>clippy::[\w-]+)(?P<message>.*))re"},
    {"rustfmt", lint, 84, 0, 4, R"re(^(?P<message>Diff in (?P<file>\S+?)(?: at line |:)(?P<line>\d+):?))re"},
    {"cargo", compile, 24, 0, 0, R"re(^(?P<message>error: (?:test failed, to rerun pass|process didn't exit successfully|build failed).*|For more information about this error.*|Some errors have detailed explanations.*))re"},
    {"cargo", compile, 86, 0, 6, R"re(^error: (?P<message>(?:unused|cannot find|expected|unresolved|unreachable|this |the |use of|variable|function|struct|field|method|value|type|redundant|unneeded|needless|length|manual|called|casting|missing|mismatched|macro|proc-macro|linking with|failed to run custom build|using |you ).*))re"},
    {"cargo", test, 88, 0, 4, R"re(^thread '.*' (?:\(\d+\) )?panicked at (?P<message>(?:.*, )?(?P<file>[^\s:']+):(?P<line>\d+):(?P<col>\d+).*))re"},
    {"cargo", test, 86, 0, 4, R"re(^thread '(?P<test>.*)' (?:\(\d+\) )?panicked at (?P<message>.*))re"},
    {"cargo", test, 45, 0, 1, R"re(^(?P<message>test result: FAILED\. .*))re"},
    {"cargo", test, 60, 0, 0, R"re(^test (?P<message>(?P<test>\S+).* \.\.\. FAILED))re"},
    {"cargo", dependency, 80, 0, 4, R"re(^error: (?P<message>failed to (?:select a version|parse lock file|load manifest|get|resolve|run custom build command|download|parse manifest).*))re"},
    {"golangci-lint", lint, 89, 0, 2, R"re(^\s*(?P<file>\S+\.go):(?P<line>\d+):(?P<col>\d+): (?P<message>.*\((?P<code>[a-z]\w+)\))$)re"},
    {"go", dependency, 88, 0, 1, R"re((?P<message>.*(?:missing go\.sum entry|no required module provides package|cannot find module providing package|is not in (?:GOROOT|std)|verifying module: |checksum mismatch|inconsistent vendoring|go\.mod file (?:not found|indicates)|invalid go version).*))re"},
    {"go", compile, 88, 1, 2, R"re(^\s*(?:vet: )?(?P<file>\.{0,2}/?[^\s:]+\.go):(?P<line>\d+):(?P<col>\d+): (?P<message>.*))re"},
    {"go", test, 90, 0, 12, R"re(^(?P<message>WARNING: DATA RACE))re"},
    {"go", test, 75, 0, 6, R"re(^\s*--- FAIL: (?P<message>(?P<test>\S+).*))re"},
    {"go", test, 70, 0, 1, R"re(^\s*(?P<file>[\w./-]+_test\.go):(?P<line>\d+): (?P<message>.*))re"},
    {"go", test, 62, 0, 1, R"re(^(?P<message>(?:[\w.-]+/)*[\w.-]+\.(?P<test>(?:Test|Benchmark|Fuzz)[A-Z]\w*)\(0x[0-9a-f]+\??\)))re"},
    {"go", test, 40, 0, 0, R"re(^FAIL\s+(?P<message>[\w./-]+\s+(?:[\d.]+s|\[build failed\]|\[setup failed\])))re"},
    {"golangci-lint", config, 84, 0, 1, R"re((?P<message>.*(?:level=error msg=|Error: (?:can't load config|unknown linters|you are using a configuration file for golangci-lint)|the Go language version .* used to build golangci-lint is lower).*))re"},
    {"go", test, 85, 0, 6, R"re(^panic: (?P<message>.*))re"},
    {"go", dependency, 85, 0, 1, R"re(^(?P<message>go: (?:.*: )?(?:module|missing go\.sum|updates to go\.mod needed|cannot find|unknown revision|.*no required module|.*inconsistent vendoring|errors parsing|.*invalid version|.*requires go).*))re"},
    {"dotnet test", test, 84, 0, 6, R"re(^\s*(?:Failed|X) (?P<message>(?P<test>[\w.]+\w(?:\(.*\))?) \[(?:[<\d].*)\]))re"},
    {"dotnet test", test, 76, 0, 4, R"re(^\s*(?:\[xUnit\.net [\d:.]+\]\s+)(?P<message>(?P<test>\S+.*) \[FAIL\]))re"},
    {"dotnet test", test, 86, 0, 3, R"re(^\s*(?P<message>Assert\.\w+(?:\(\) Failure.*| failed\..*)|Expected: .* But was: .*))re"},
    {"dotnet test", test, 46, 0, 0, R"re(^\s*(?P<message>(?:Failed!  - Failed:|Test Run Failed\.|Total tests: \d+.*Failed: [1-9]).*))re"},
    {"cmake", config, 88, 0, 5, R"re(^CMake Error(?: at (?P<file>[^:]+):(?P<line>\d+).*|: (?P<message>.*)))re"},
    {"ninja", compile, 30, 0, 2, R"re(^FAILED: (?P<message>(?:\[code=\d+\] )?(?:\S*[./_]\S*.*|\S+ ?$)))re"},
    {"make", compile, 15, 1, 0, R"re(^(?:make|gmake|mingw32-make)(?:\[\d+\])?: \*\*\* (?P<message>.*(?:Error \d+|No rule to make target|Stop\.).*))re"},
    {"xcode", config, 80, 0, 4, R"re((?P<message>xcodebuild: error: .*|error: .*(?:provisioning profile|signing certificate|code signing|Code Sign).*|There seems to be a mismatch between your provided .*))re"},
    {"xcode", compile, 40, 1, 2, R"re((?P<message>\*\* (?:BUILD|ARCHIVE|TEST|EXPORT) FAILED \*\*.*))re"},
    {"fastlane", config, 55, 2, 1, R"re(^\[!\] (?P<message>.*))re"},
    {"dart/flutter", compile, 90, 0, 3, R"re(^(?:lib|test|integration_test|packages|\.\.)/?(?P<file>\S+\.dart):(?P<line>\d+):(?P<col>\d+): Error: (?P<message>.*))re"},
    {"dart/flutter", lint, 86, 0, 0, R"re(^\s*error [•-] (?P<message>.* [•-] (?P<file>\S+\.dart):(?P<line>\d+):(?P<col>\d+) [•-] (?P<code>\S+)))re"},
    {"dart/flutter", lint, 74, 0, 0, R"re(^\s*(?:warning|info) [•-] (?P<message>.* [•-] (?P<file>\S+\.dart):(?P<line>\d+):(?P<col>\d+) [•-] (?P<code>\S+)))re"},
    {"haskell", compile, 88, 0, 4, R"re(^(?P<file>\S+\.l?hs):(?P<line>\d+):(?P<col>\d+): error:(?P<message>.*))re"},
    {"zig/odin", compile, 85, 0, 3, R"re(^(?P<file>\S+\.(?:zig|odin|nim|d|v|vala)):(?P<line>\d+):(?P<col>\d+): error: (?P<message>.*))re"},
};

}  // namespace

std::span<const Matcher> compilers() { return table; }

}  // namespace flux::logs::matchers
