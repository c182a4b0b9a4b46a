#include <gtest/gtest.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "logs/diagnose.hpp"

namespace flux::logs {
namespace {

TEST(Matchers, AreExpressionsThatRunInLinearTime) {
    for (const auto& matcher : all_matchers()) {
        SCOPED_TRACE(matcher.pattern);
        const RE2 expression{matcher.pattern, RE2::Quiet};
        EXPECT_TRUE(expression.ok()) << expression.error();
        EXPECT_GE(matcher.weight, 1);
        EXPECT_LE(matcher.weight, 100);
        for (const auto& [name, index] : expression.NamedCapturingGroups()) {
            const std::vector<std::string> known{"file", "line", "line2", "col", "col2", "code", "message", "test"};
            EXPECT_NE(std::find(known.begin(), known.end(), name), known.end()) << name;
        }
    }
}

/// Tools that the corpus (tests/logs/corpus) cannot run: their lines as their documentation, their sources and public
/// issue threads show them. Written by hand, unlike the corpus.
struct OtherTool {
    const char* output;
    const char* tool;
    FailureClass kind;
};

std::vector<OtherTool> tools_that_the_corpus_cannot_run() {
    using enum FailureClass;
    return {
        // Apple
        {"/Users/runner/work/A/A/Sources/App.swift:12:5: error: cannot find 'foo' in scope", "swift", compile},
        {"/Users/runner/work/A/ATests.swift:9: error: -[ATests.ATests testSum] : XCTAssertEqual failed: (\"2\") is not "
         "equal to (\"3\")",
         "xctest", test},
        {"\xE2\x9C\x98 Test sum() recorded an issue at ATests.swift:12:5: Expectation failed: (1 + 1) == 3",
         "swift testing", test},
        {"error: Dependencies could not be resolved because root depends on 'x' 2.0.0..<3.0.0.", "swiftpm", dependency},
        {"xcodebuild: error: Could not resolve package dependencies:", "xcode", dependency},
        {"error: Signing for \"App\" requires a development team. No signing certificate found", "xcode", config},
        {"[!] CocoaPods could not find compatible versions for pod \"Firebase\":", "cocoapods", dependency},
        // .NET and MSVC
        {"C:\\src\\a.cpp(12,5): error C2065: 'x': undeclared identifier [C:\\src\\a.vcxproj]", "msvc", compile},
        {"a.obj : error LNK2019: unresolved external symbol foo", "linker", compile},
        {"/home/runner/work/a/a/A.csproj : error NU1101: Unable to find package Foo. No packages exist with this id",
         "dotnet", dependency},
        {"  Failed Adds.Works(a: 1) [12 ms]", "dotnet test", test},
        {"[xUnit.net 00:00:01.23]     Tests.Adds.Works [FAIL]", "dotnet test", test},
        {"/src/A.cs(3,1): error WHITESPACE: Fix whitespace formatting. Insert '\\n'. [/src/A.csproj]", "dotnet format",
         lint},
        // Dart
        {"  error • Undefined name 'foo' • lib/main.dart:42:7 • undefined_identifier", "dart/flutter", lint},
        {"══╡ EXCEPTION CAUGHT BY FLUTTER TEST FRAMEWORK ╞═══════════════", "flutter test", test},
        {"ERROR: Package 'zlib/9.9.9' not resolved: Unable to find 'zlib/9.9.9' in remotes.", "conan", dependency},
        {"error: building fmt:x64-linux failed with: BUILD_FAILED", "vcpkg", dependency},
        {"   ❯❯❱ python.lang.security.audit.subprocess-shell-true", "semgrep", lint},
        {"RuleID:      generic-api-key", "gitleaks", lint},
        {"[ERROR] templates/: template: a/templates/deployment.yaml:12:20: executing", "helm", deploy},
        {"12:00:05    Database Error in model orders (models/orders.sql)", "dbt", config},
        {"An Expo user account is required to proceed.", "expo/eas", auth},
        {"worker 'gw1' crashed while running 'tests/test_x.py::test_y'", "pytest-xdist", test},
        {"lib/main.dart:12:5: Error: The getter 'foo' isn't defined for the class 'A'.", "dart/flutter", compile},
        {"00:05 +12 -1: Counter increments [E]", "flutter test", test},
        {"Because app depends on http ^2.0.0 which doesn't match any versions, version solving failed.", "flutter",
         dependency},
        {"Formatted 14 files (2 changed) in 0.52 seconds.", "dart format", lint},
        // JVM
        {"src/main/kotlin/A.kt:3:1: Unexpected blank line(s) before \"}\" (standard:no-blank-line-before-rbrace)",
         "ktlint/detekt", lint},
        {"[ERROR] com.example.ATest.adds -- Time elapsed: 0.012 s <<< FAILURE!", "maven", test},
        {"ATest > adds() FAILED", "gradle", test},
        {"    org.opentest4j.AssertionFailedError: expected: <3> but was: <2>", "junit", test},
        {"error: release version 21 not supported", "java", config},
        {"ERROR:/src/res/values/x.xml:3: AAPT: error: resource color/brand not found.", "android", config},
        {"[info] - should add *** FAILED ***", "scalatest", test},
        {"APPLICATION FAILED TO START", "spring", config},
        // Bazel, Elixir, Julia, R, Solidity
        {"ERROR: /home/runner/work/a/a/BUILD.bazel:12:11: Compiling a.cc failed: (Exit 1)", "bazel", compile},
        {"//lib:a_test                                             FAILED in 0.4s", "bazel", test},
        {"** (Mix) mix format failed due to --check-formatted.", "elixir", compile},
        {"ERROR: LoadError: UndefVarError: x not defined", "julia", unknown},
        {"\xE2\x94\x80\xE2\x94\x80 Failure (test-a.R:3:5): adds \xE2\x94\x80\xE2\x94\x80", "testthat", test},
        {"[FAIL: assertion failed] testAdds() (gas: 1234)", "foundry", test},
        // C++ tests and checks
        {"/src/a_test.cc:12: Failure", "gtest", test},
        {"[  FAILED  ] Adds.Works (0 ms)", "gtest", test},
        {"/src/a_test.cpp:12: FAILED:", "catch2", test},
        {"/src/a.cpp:3:5: error: use 'nullptr' [modernize-use-nullptr,-warnings-as-errors]", "clang-tidy", lint},
        {"main.go:12:5: Error return value of `f` is not checked (errcheck)", "golangci-lint", lint},
        // Containers and clusters
        {"ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref: \"/dist\": not "
         "found",
         "docker", config},
        {"ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
         "docker", config},
        {"denied: permission_denied: write_package", "docker", auth},
        {"\xE2\x94\x82 Error: Invalid reference", "terraform", config},
        {"Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress", "helm/kubectl", deploy},
        {"pod/web-1  0/1  ImagePullBackOff  0  3m", "kubernetes", deploy},
        {"Dockerfile:3 DL3008 warning: Pin versions in apt get install", "hadolint", lint},
        {"\tFAILED for resource: aws_s3_bucket.logs", "checkov", lint},
        // Deploys
        {"Error: No existing credentials found. Please run `vercel login` or pass \"--token\"", "vercel", deploy},
        {"Error: Failed to create deployment (status: 404) with build version abc. Ensure GitHub Pages has been "
         "enabled",
         "pages", deploy},
        {"10:12:01 | CREATE_FAILED | AWS::S3::Bucket | Logs bucket already exists", "cloudformation", deploy},
        {"An error occurred (AccessDenied) when calling the PutObject operation: Access Denied", "aws", permission},
        {"rsync error: some files/attrs were not transferred (see previous errors) (code 23)", "rsync/scp", deploy},
        {"ssh: connect to host example.com port 22: Connection timed out", "ssh", network},
        {"Error: Error: GET https://api.digitalocean.com/v2/account: 401 Unable to authenticate you", "digitalocean",
         deploy},
        // GitHub's own
        {"##[error]Unable to resolve action `actions/setup-nod@v4`, repository not found", "actions", workflow},
        {"##[error]Resource not accessible by integration", "actions", permission},
        {"##[error]Input required and not supplied: token", "actions", missing_secret},
        {"##[error]Unable to download artifact(s): Artifact not found for name: dist", "actions", config},
        {"##[error]Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact "
         "with this name already exists on the workflow run",
         "actions", config},
        {"##[error]This request has been automatically failed because it uses a deprecated version of "
         "`actions/upload-artifact: v2`.",
         "actions", deprecated_action},
        {"##[error]Unable to locate executable file: pnpm. Please verify either the file path exists", "actions",
         config},
        {"##[error]The version '3.6' with architecture 'x64' was not found for Ubuntu 24.04.", "actions", config},
        {"##[error]Unable to process file command 'output' successfully.", "actions", workflow},
        {"##[error]GitHub Actions is not permitted to create or approve pull requests.", "actions", permission},
        {"##[error]The self-hosted runner lost communication with the server.", "actions", runner_lost},
        {"##[error]The runner has received a shutdown signal. This can happen when the runner service is stopped",
         "actions", runner_lost},
        {"##[error]The job running on runner GitHub Actions 2 has exceeded the maximum execution time of 360 minutes.",
         "actions", timeout},
        {"##[error]HttpError: Bad credentials", "actions", auth},
        // Gates
        {"[404] <https://example.com/gone> | Failed: Network error: Not Found", "lychee", lint},
        {"INFO  QUALITY GATE STATUS: FAILED - View details on https://sonar.example/x", "sonarqube", lint},
        {"[semantic-release] \xE2\x80\xBA \xE2\x9C\x98  ENONPMTOKEN No npm token specified.", "semantic-release",
         missing_secret},
        {"release-please failed: Error adding to tree", "release-please", deploy},
        {"##[error]Codecov token not found. Please provide Codecov token with -t flag.", "codecov", config},
        {".github/workflows/ci.yml:12:9: property \"foo\" is not defined in object type {} [expression]", "actionlint",
         workflow},
    };
}

TEST(Matchers, KnowToolsThatTheCorpusCannotRun) {
    for (const auto& row : tools_that_the_corpus_cannot_run()) {
        SCOPED_TRACE(row.output);
        const auto log = RawLog::decode("##[group]Run ./ci\nshell: bash -e {0}\n##[endgroup]\n" +
                                        std::string{row.output} + "\n##[error]Process completed with exit code 1.\n");
        const auto diagnosis = diagnose(log);
        ASSERT_FALSE(diagnosis.causes.empty());
        EXPECT_EQ(diagnosis.causes.front().tool, row.tool);
        EXPECT_STREQ(name_of(diagnosis.causes.front().kind), name_of(row.kind));
        EXPECT_TRUE(diagnosis.convinces);
    }
}

/// What a tool that the corpus cannot run prints, as its documentation, its sources and public issue threads show it:
/// tests/logs/matcher_examples.tsv.
struct Example {
    std::string tool;
    std::string kind;
    std::string line;
};

std::vector<Example> examples() {
    std::vector<Example> all;
    std::ifstream file{FLUX_SOURCE_DIR "/tests/logs/matcher_examples.tsv"};
    for (std::string row; std::getline(file, row);) {
        const auto fields = split(row, '\t');
        if (fields.size() == 3) all.push_back({std::string{fields[0]}, std::string{fields[1]}, std::string{fields[2]}});
    }
    return all;
}

TEST(Matchers, KnowTheirExamples) {
    const auto all = examples();
    ASSERT_GT(all.size(), 100U);
    for (const auto& example : all) {
        SCOPED_TRACE(example.line);
        const auto log = RawLog::decode("##[group]Run ./ci\nshell: bash -e {0}\n##[endgroup]\n" + example.line +
                                        "\n##[error]Process completed with exit code 1.\n");
        const auto diagnosis = diagnose(log);
        const auto found = std::any_of(diagnosis.causes.begin(), diagnosis.causes.end(), [&](const Cause& cause) {
            return cause.log_line == 4 && cause.tool == example.tool && name_of(cause.kind) == example.kind;
        });
        EXPECT_TRUE(found) << example.tool << " " << example.kind << ", found "
                           << (diagnosis.causes.empty() ? "nothing" : diagnosis.causes.front().tool);
    }
}

/// A row that no example, no other test and no log of the corpus shows is a guess.
TEST(Matchers, AreEachShownToMatch) {
    RE2::Options options;
    options.set_max_mem(256 << 20);
    RE2::Set set{options, RE2::UNANCHORED};
    for (const auto& matcher : all_matchers()) ASSERT_GE(set.Add(matcher.pattern, nullptr), 0);
    ASSERT_TRUE(set.Compile());
    std::vector<bool> matched(all_matchers().size());
    std::vector<int> hits;
    const auto look_at = [&](std::string_view text) {
        hits.clear();
        set.Match(re2::StringPiece{text.data(), text.size()}, &hits);
        for (const auto hit : hits) matched.at(static_cast<std::size_t>(hit)) = true;
    };
    for (const auto& example : examples()) look_at(example.line);
    for (const auto& row : tools_that_the_corpus_cannot_run()) look_at(RawLog::decode(row.output).text(0));
    for (const auto& entry : std::filesystem::directory_iterator{FLUX_SOURCE_DIR "/tests/logs/corpus"}) {
        if (entry.path().extension() != ".log") continue;
        std::ifstream file{entry.path(), std::ios::binary};
        const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
        const auto log = RawLog::decode(bytes);
        for (std::size_t i = 0; i < log.size(); ++i) look_at(log.text(i));
    }
    for (std::size_t i = 0; i < matched.size(); ++i) {
        EXPECT_TRUE(matched[i]) << all_matchers()[i].tool << ": " << all_matchers()[i].pattern;
    }
}

TEST(Matchers, TellCausesFromTheirEchoes) {
    struct Row {
        const char* cause;
        const char* echo;
    };
    const std::vector<Row> rows{
        {"TypeError: config.load is not a function", "ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL web@1.0.0 test: `node t.js`"},
        {"src/a.ts(3,7): error TS2322: no", "npm error Lifecycle script `build` failed with error:"},
        {"src/a.rs:3: error[E0425]: cannot find value `x`", "error: could not compile `a` due to 1 previous error"},
        {"[ERROR] /src/A.java:[3,5] cannot find symbol", "[ERROR] Re-run Maven using the -X switch"},
        {"e: /src/A.kt: (3, 5): Unresolved reference: x", "FAILURE: Build failed with an exception."},
        {"Your requirements could not be resolved to an installable set of packages.",
         "Script phpunit handling the test event returned with error code 1"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.echo);
        const auto log =
            RawLog::decode("##[group]Run ./ci\nshell: bash -e {0}\n##[endgroup]\n" + std::string{row.cause} + '\n' +
                           row.echo + "\n##[error]Process completed with exit code 1.\n");
        const auto diagnosis = diagnose(log);
        ASSERT_FALSE(diagnosis.causes.empty());
        EXPECT_EQ(diagnosis.causes.front().log_line, 4u);
    }
}

TEST(Matchers, NameTheTestsThatFailed) {
    const auto log = RawLog::decode(
        "##[group]Run ./ci\nshell: bash -e {0}\n##[endgroup]\n"
        "FAILED tests/test_a.py::test_sum - assert 2 == 3\nFAILED tests/test_a.py::test_sum - assert 2 == 3\n"
        "--- FAIL: TestAdd (0.00s)\ntest tests::odd ... FAILED\n##[error]Process completed with exit code 1.\n");
    const std::vector<std::string> expected{"tests/test_a.py::test_sum", "TestAdd", "tests::odd"};
    EXPECT_EQ(diagnose(log).failed_tests, expected);
}

}  // namespace
}  // namespace flux::logs
