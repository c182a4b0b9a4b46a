#include "logs/matchers/tables.hpp"

namespace flux::logs::matchers {

namespace {

using enum FailureClass;

/// Languages with a toolchain of their own that compilers.cpp does not hold: Apple's, Dart, functional and scientific
/// ones, Bazel.
constexpr Matcher table[] = {
    {"xctest", test, 90, 0, 1, R"re(^\s*(?P<file>/?\S+\.(?:swift|mm?)):(?P<line>\d+): error: (?P<test>-?\[?[\w. ]+\]?) : (?P<message>.*))re"},
    {"xctest", test, 70, 0, 2, R"re(^\s*(?:✗|✖) (?P<test>test\w+)(?:\(\))?,? (?P<message>.*))re"},
    {"xctest", test, 60, 0, 0, R"re(^(?P<message>Test Case '(?P<test>.*)' failed .*))re"},
    {"swift testing", test, 88, 0, 2, R"re(^\s*(?:✘|􀢄)\s+Test (?P<test>.*) recorded an issue at (?P<file>\S+):(?P<line>\d+):(?P<col>\d+): (?P<message>.*))re"},
    {"xcode", compile, 44, 0, 4, R"re(^(?P<message>The following build commands failed:))re"},
    {"xcode", compile, 86, 1, 1, R"re(^(?P<message>(?:ld|clang): (?:error: )?(?:symbol|linker command failed|framework '.*' not found|library '.*' not found|building for .* but).*))re"},
    {"swiftpm", dependency, 86, 0, 3, R"re(^error: (?P<message>(?:Dependencies could not be resolved|package '.*' is using Swift tools version|no such module|the package manifest|Failed to clone repository|Could not resolve package dependencies).*))re"},
    {"xcode", dependency, 86, 0, 4, R"re(^xcodebuild: error: (?P<message>(?:Could not resolve package dependencies|Unable to find a (?:device|destination)|Scheme .* is not).*))re"},
    {"swiftlint", lint, 91, 0, 0, R"re(^(?P<file>\S+\.swift):(?P<line>\d+)(?::(?P<col>\d+))?: error: (?P<message>.*\((?P<code>\w+)\))$)re"},
    {"flutter test", test, 86, 0, 6, R"re(^══╡ (?P<message>EXCEPTION CAUGHT BY .*) ╞)re"},
    {"flutter test", test, 84, 1, 8, R"re(^\d\d:\d\d \+\d+(?: ~\d+)? -\d+: (?P<message>(?P<test>\S.*) \[E\]))re"},
    {"flutter", dependency, 86, 3, 1, R"re(^(?P<message>.*(?:version solving failed|The current (?:Dart|Flutter) SDK version is|Could not find a file named "pubspec\.yaml").*))re"},
    {"dart format", lint, 80, 0, 0, R"re(^(?P<message>Changed (?P<file>\S+\.dart)|Formatted \d+ files? \([1-9]\d* changed\).*))re"},
    {"dart", lint, 84, 0, 0, R"re(^\s*(?:error|warning|info) - (?P<file>\S+\.dart):(?P<line>\d+):(?P<col>\d+) - (?P<message>.*))re"},
    {"flutter", compile, 84, 0, 4, R"re(^(?P<message>Target \S+ failed: .*|Gradle task \S+ failed with exit code \d+|Error \(Xcode\): .*))re"},
    {"ghc", compile, 88, 0, 7, R"re(^(?P<file>\S+\.l?hs):(?P<line>\d+):(?P<col>\d+): error:(?P<message>.*))re"},
    {"cabal", dependency, 86, 0, 6, R"re(^(?:Error: )?(?P<message>(?:\[Cabal-\d+\]|cabal: (?:Could not resolve dependencies|Failed to|No )|Could not resolve dependencies:).*))re"},
    {"stack", unknown, 30, 0, 0, R"re(^(?:Error:)?\s*(?P<message>\[S-(?:7282|7011)\].*))re"},
    {"stack", dependency, 84, 0, 6, R"re(^Error: \[(?P<code>S-\d+)\](?P<message>.*))re"},
    {"elixir", compile, 86, 0, 3, R"re(^\s*\*\* \((?P<code>[A-Z][\w.]+)\) (?P<message>.*))re"},
    {"elixir", compile, 84, 0, 6, R"re(^(?P<message>== Compilation error in file (?P<file>\S+) ==))re"},
    {"elixir", compile, 82, 0, 5, R"re(^\s*error: (?P<message>undefined (?:function|variable|module).*))re"},
    {"elixir", compile, 82, 7, 0, R"re(^\s*└─ (?P<message>(?P<file>\S+\.exs?):(?P<line>\d+)(?::(?P<col>\d+))?.*))re"},
    {"cocoapods", dependency, 88, 0, 8, R"re(^\[!\] (?P<message>(?:CocoaPods could not find compatible versions for|Unable to find a (?:specification|target)|Error installing) .*))re"},
    {"cocoapods", dependency, 30, 0, 0, R"re((?P<message>.* attempted to initialize an object with an unknown UUID.*))re"},
    {"credo", lint, 82, 0, 1, R"re(^┃\s+\[(?P<code>[CDFRW])\] \S+ (?P<message>.*))re"},
    {"exunit", test, 84, 0, 9, R"re(^\s*\d+\) (?P<message>(?P<test>test .* \([\w.]+\))))re"},
    {"mix", dependency, 84, 1, 2, R"re(^(?P<message>(?:Unchecked dependencies for environment|Could not find Hex|\*\* \(Mix\) .*|  the dependency is not available).*))re"},
    {"ocaml", compile, 86, 0, 6, R"re(^File "(?P<message>(?P<file>[^"]+\.(?:mli?|mll|mly)|[^"]*dune[^"]*)", lines? (?P<line>\d+).*))re"},
    {"ocaml", compile, 88, 4, 3, R"re(^Error: (?P<message>(?:This (?:expression|pattern|variant|function|value|kind|type)|Unbound |Syntax error|The (?:value|constructor|implementation|record|type|function|module)|Signature mismatch|Some (?:record|type)|Wrong file|Cannot find file).*))re"},
    {"tcl", unknown, 80, 1, 4, R"re(^\s*(?P<message>while executing)$)re"},
    {"nim", compile, 86, 0, 1, R"re(^(?P<file>\S+\.nims?)\((?P<line>\d+), (?P<col>\d+)\) Error: (?P<message>.*))re"},
    {"d", compile, 86, 0, 2, R"re(^(?P<file>\S+\.di?)\((?P<line>\d+)(?:,(?P<col>\d+))?\): Error: (?P<message>.*))re"},
    {"crystal", compile, 84, 0, 8, R"re(^In (?P<message>(?P<file>\S+\.cr):(?P<line>\d+):(?P<col>\d+)))re"},
    {"gfortran", compile, 84, 4, 0, R"re(^(?:Fatal )?Error: (?P<message>.* at \(\d\).*))re"},
    {"nvcc", compile, 88, 0, 2, R"re(^(?P<file>[^()\s]+\.(?:cu|cuh|h|hpp|inl))\((?P<line>\d+)\): (?:catastrophic )?error(?: #\S+)?: (?P<message>.*))re"},
    {"r", dependency, 86, 0, 2, R"re((?P<message>Error in library\(.*|.*there is no package called .*|ERROR: (?:dependency|dependencies|lazy loading|compilation|installing).*))re"},
    {"testthat", test, 86, 0, 5, R"re(^── (?:\d+\. )?(?P<message>(?:Failure|Error|FAIL) \((?P<test>.*)\).*))re"},
    {"testthat", test, 48, 0, 0, R"re(^(?P<message>\[ FAIL [1-9]\d* \| .*\]))re"},
    {"r", unknown, 82, 0, 2, R"re(^(?P<message>Error in .*|Execution halted))re"},
    {"julia", test, 84, 0, 5, R"re(^(?P<message>.*: (?:Test Failed|Error During Test) at (?P<file>\S+):(?P<line>\d+)))re"},
    {"julia", unknown, 82, 0, 3, R"re(^ERROR: (?P<message>(?:LoadError: |Some tests did not pass|Unsatisfiable requirements|Package .* errored|\w+Error: ).*))re"},
    {"perl", dependency, 90, 0, 1, R"re((?P<message>Can't locate \S+ in @INC.*))re"},
    {"perl test", test, 86, 0, 5, R"re(^\s*#\s+(?P<message>Failed (?:\(TODO\) )?test .*))re"},
    {"prove", test, 60, 0, 3, R"re(^(?P<message>Test Summary Report|.*Dubious, test returned \d+.*|.*Failed \d+/\d+ subtests.*))re"},
    {"perl", compile, 80, 0, 1, R"re(^(?P<message>\S.* at (?P<file>\S+\.(?:pl|pm|t|PL)) line (?P<line>\d+)[.,].*))re"},
    {"lua", unknown, 80, 0, 3, R"re(^(?:lua[\d.]*|luajit|busted): (?P<message>(?P<file>\S+\.lua):(?P<line>\d+): .*))re"},
    {"latex", compile, 86, 0, 2, R"re(^! (?P<message>(?:Undefined control sequence|(?:LaTeX|Package \S+|Class \S+|pdfTeX|LuaTeX) [Ee]rror|Missing |Emergency stop|Misplaced |Extra |Paragraph ended|File ended|Runaway|Illegal |Argument of|Too many|Incomplete |I can't|Double ).*))re"},
    {"latex", compile, 86, 0, 3, R"re(^(?P<file>\S+\.(?:tex|sty|cls|bib|ltx)):(?P<line>\d+): (?P<message>.*))re"},
    {"busted", test, 86, 0, 6, R"re(^(?:Failure|Error) (?:→|->) (?P<message>(?P<file>\S+) @ (?P<line>\d+).*))re"},
    {"busted", test, 45, 0, 0, R"re(^(?P<message>\d+ success(?:es)? / \d+ failures? / \d+ errors? / .*))re"},
    {"luacheck", lint, 82, 0, 0, R"re(^\s*(?P<file>\S+\.lua):(?P<line>\d+):(?P<col>\d+): (?P<message>(?:\([EW]\d+\) )?.*))re"},
    {"foundry", test, 86, 0, 1, R"re(^\s*\[FAIL[.:](?P<message>.*\] (?P<test>\w+\(.*\)).*))re"},
    {"solidity", compile, 84, 0, 4, R"re(^(?P<message>(?:\w+Error|DeclarationError|ParserError|TypeError): .*\.sol.*|Error \(\d+\): .*))re"},
    {"conan", dependency, 86, 0, 2, R"re(^ERROR: (?P<message>(?:Package '.*' not resolved|Missing (?:prebuilt package|binary)|Version conflict|.*: Error in build\(\) method).*))re"},
    {"vcpkg", dependency, 88, 8, 1, R"re(^error: (?P<message>building \S+ failed with: .*))re"},
    {"bazel", compile, 84, 0, 3, R"re(^ERROR: (?P<file>/\S+/BUILD(?:\.bazel)?|/\S+\.bzl):(?P<line>\d+):(?P<col>\d+): (?P<message>.*))re"},
    {"bazel", config, 82, 0, 2, R"re(^ERROR: (?P<message>.*(?:no such (?:package|target)|[Ee]rror (?:loading|computing|evaluating)|Analysis of target|referenced by|Skipping '.*').*))re"},
    {"bazel", test, 80, 0, 1, R"re(^(?:FAIL: )?(?P<message>(?P<test>//\S+)\s+(?:FAILED|TIMEOUT|\(see /).*))re"},
    {"meson", config, 88, 0, 2, R"re(^(?P<file>\S*meson\.build):(?P<line>\d+):(?P<col>\d+): ERROR: (?P<message>.*))re"},
    {"ctest", test, 80, 0, 6, R"re(^\s*\d+/\d+ Test\s+#\d+: (?P<message>(?P<test>\S+) \.*\s*\*\*\*.*))re"},
    {"ctest", test, 60, 0, 3, R"re(^(?P<message>The following tests FAILED:|\s+\d+ - \S+ \((?:Failed|Timeout|SEGFAULT|Not Run|Subprocess aborted|Child aborted|ILLEGAL|NUMERICAL|Exit code .*|OTHER_FAULT)\).*))re"},
    {"gtest", test, 88, 0, 6, R"re(^(?P<message>(?P<file>\S+\.(?:cc|cpp|cxx|h|hpp)):(?P<line>\d+): Failure))re"},
    {"gtest", test, 70, 0, 0, R"re(^\[  FAILED  \] (?P<message>(?P<test>[\w/.<>]+)(?:, where .*|\s\(\d+ ms\))?))re"},
    {"catch2", test, 86, 2, 5, R"re(^(?P<message>(?P<file>\S+\.(?:cc|cpp|cxx|h|hpp)):(?P<line>\d+): FAILED:.*))re"},
    {"doctest", test, 86, 0, 4, R"re(^(?P<message>(?P<file>\S+\.(?:cc|cpp|cxx|h|hpp)):(?P<line>\d+): (?:ERROR|FATAL ERROR): .*))re"},
    {"boost.test", test, 86, 0, 2, R"re(^(?P<file>\S+)\((?P<line>\d+)\): (?:fatal )?error: in "(?P<test>[^"]+)": (?P<message>.*))re"},
    {"valgrind", test, 80, 0, 6, R"re(^==\d+== (?P<message>(?:Invalid (?:read|write|free)|Conditional jump|Use of uninitialised|Syscall param|.* bytes in .* blocks are definitely lost|ERROR SUMMARY: [1-9]).*))re"},
    {"cppcheck", lint, 92, 0, 2, R"re(^(?P<file>\S+\.\w+):(?P<line>\d+):(?P<col>\d+): (?:error|warning|style|performance|portability): (?P<message>.*\[(?P<code>\w+)\])$)re"},
    {"clang-format", lint, 92, 0, 1, R"re(^(?P<file>\S+):(?P<line>\d+):(?P<col>\d+): (?:error|warning): (?P<message>code should be clang-formatted.*))re"},
    {"clang-tidy", lint, 92, 0, 2, R"re(^(?P<file>\S+):(?P<line>\d+):(?P<col>\d+): (?:error|warning): (?P<message>.*\[(?P<code>(?:bugprone|cert|clang-analyzer|concurrency|cppcoreguidelines|google|llvm|misc|modernize|performance|portability|readability|hicpp|boost|fuchsia|android)-[\w.,-]+)\]))re"},
};

}  // namespace

std::span<const Matcher> languages() { return table; }

}  // namespace flux::logs::matchers
