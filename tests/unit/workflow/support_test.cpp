#include "workflow/support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "workflow/reader.hpp"

namespace flux::workflow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Support support_of(std::string_view job) {
    const auto read = read_workflow(fmt::format("on: workflow_dispatch\njobs:\n  a: {}\n", job), "w.yml");
    if (!read) throw std::runtime_error{to_line(read.error().front(), "w.yml")};
    return check_support(read->workflow);
}

std::vector<std::string> refusals_of(std::string_view job) {
    std::vector<std::string> lines;
    for (const auto& each : support_of(job).refusals) lines.push_back(to_line(each, "w.yml"));
    return lines;
}

TEST(Support, AcceptsWhatItRunsAndSaysThatTheHostIsAnother) {
    const auto support = support_of(
        "{runs-on: ubuntu-22.04, permissions: {pages: write, id-token: write}, environment: github-pages, "
        "concurrency: pages, steps: [{uses: actions/checkout@v4}, {uses: Actions/Setup-Node@v4}, {uses: ./x}, {run: "
        "x}]}");

    EXPECT_THAT(support.refusals, IsEmpty());
    ASSERT_EQ(support.notes.size(), 1U);
    EXPECT_THAT(support.notes[0].message, HasSubstr("`runs-on: ubuntu-22.04` runs on this machine"));
    EXPECT_THAT(refusals_of("{runs-on: [self-hosted, gpu], steps: [{run: x}]}"), IsEmpty());
}

TEST(Support, SaysOnceForAllJobsThatTheHostIsAnother) {
    const auto read = read_workflow(
        "on: workflow_dispatch\njobs:\n"
        "  a: {runs-on: ubuntu-latest, steps: [{run: x}]}\n"
        "  b: {runs-on: ubuntu-latest, steps: [{run: x}]}\n"
        "  c: {runs-on: ubuntu-22.04, steps: [{run: x}]}\n",
        "w.yml");

    EXPECT_EQ(check_support(read->workflow).notes.size(), 2U);
}

TEST(Support, RefusesWithPlaceConstructAndCure) {
    struct Row {
        const char* name;
        const char* job;
        const char* says;
    };
    constexpr Row rows[]{
        {"container", "{runs-on: linux, container: node, steps: [{run: x}]}", "w.yml:3:23: `container:`"},
        {"services", "{runs-on: linux, services: {db: {image: x}}, steps: [{run: x}]}", "`services:`"},
        {"docker", "{runs-on: linux, steps: [{uses: 'docker://alpine'}]}", "`uses: docker://alpine` needs containers"},
        {"remote", "{runs-on: linux, steps: [{uses: foo/bar@v1}]}",
         "w.yml:3:38: `uses: foo/bar@v1` would have to be fetched"},
        {"cache", "{runs-on: linux, steps: [{uses: actions/cache@v4}]}", "Copy the action into the repository"},
        {"no ref", "{runs-on: linux, steps: [{uses: actions/checkout}]}", "names no action"},
        {"windows", "{runs-on: windows-latest, steps: [{run: x}]}",
         "w.yml:3:16: `runs-on: windows-latest` needs another"},
        {"macos in a matrix",
         "{runs-on: '${{ matrix.os }}', strategy: {matrix: {os: [ubuntu-latest, macos-14]}}, steps: [{run: x}]}",
         "`runs-on: macos-14`"},
        {"unknown label", "{runs-on: big-one, steps: [{run: x}]}", "No runner answers"},
        {"group", "{runs-on: {group: big}, steps: [{run: x}]}", "group of runners"},
        {"reusable", "{uses: ./.github/workflows/x.yml}", "reusable workflow"},
        {"parallel", "{runs-on: linux, steps: [{parallel: []}]}", "`parallel:` steps"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        EXPECT_THAT(refusals_of(row.job), ElementsAre(HasSubstr(row.says)));
    }
}

TEST(Support, LeavesToTheRunWhatOnlyTheRunKnows) {
    EXPECT_THAT(refusals_of("{runs-on: '${{ inputs.os }}', steps: [{run: x}]}"), IsEmpty());
    EXPECT_TRUE(runs_on_problem(Value{"Windows-2022"}, {}));
    EXPECT_TRUE(runs_on_problem(Value{""}, {}));
    EXPECT_FALSE(runs_on_problem(Value{Value::Array{Value{"self-hosted"}, Value{"Linux"}}}, {}));
}

TEST(Support, UnderstandsReferences) {
    using Kind = ActionReference::Kind;
    EXPECT_EQ(action_reference("./path/to").name, "path/to");
    EXPECT_EQ(action_reference("Actions/Checkout@v4").kind, Kind::native);
    EXPECT_EQ(action_reference("actions/checkout@v4").ref, "v4");
    EXPECT_EQ(action_reference("actions/checkout/sub@v4").kind, Kind::remote);
    for (const auto* text : {"", "x", "x@v1", "/x@v1", "x/@v1", "x/y@", "../x"}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(action_reference(text).kind, Kind::invalid);
    }
}

}  // namespace
}  // namespace flux::workflow
