#include "logs/places.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "logs/diagnose.hpp"

namespace flux::logs {
namespace {

std::string found_in(std::string_view text) {
    const auto place = place_in(text);
    return place ? fmt::format("{} {} {}", place->file, place->line, place->column) : "none";
}

TEST(PlaceIn, ReadsHowToolsWritePlaces) {
    struct Row {
        const char* text;
        const char* place;
    };
    for (const auto& [text, place] : {
             Row{"src/a.c:3:4: error: x", "src/a.c 3 4"},
             Row{"src/a.ts(3,14): error TS2322", "src/a.ts 3 14"},
             Row{"src/main.js (1:8): \"x\" is not exported", "src/main.js 1 8"},
             Row{"  File \"/home/u/app/x.py\", line 12, in load", "/home/u/app/x.py 12 0"},
             Row{"File \"bin/main.ml\", line 2, characters 23-49:", "bin/main.ml 2 23"},
             Row{"PHP Fatal error: x in /home/u/src/Cart.php on line 7", "/home/u/src/Cart.php 7 0"},
             Row{"    at load (file:///home/u/src/build.mjs:3:20)", "/home/u/src/build.mjs 3 20"},
             Row{"\tat org.example.Cart.total(Cart.java:6)", "Cart.java 6 0"},
             Row{"    at page (app/(shop)/[id]/page.tsx:4:1)", "app/(shop)/[id]/page.tsx 4 1"},
             Row{"   --> src/main.rs:2:63", "src/main.rs 2 63"},
             Row{"scripts/b.sh: line 2: unexpected EOF", "scripts/b.sh 2 0"},
             Row{"\t/home/u/app/internal/server/server.go:42 +0x1d", "/home/u/app/internal/server/server.go 42 0"},
             Row{"    at f (/usr/src/app/a.js:5:3)", "/usr/src/app/a.js 5 3"},
             Row{"    at f (/opt/actions-runner/_work/app/app/a.js:5:3)", "/opt/actions-runner/_work/app/app/a.js 5 3"},
             Row{"Makefile:3: *** missing separator.  Stop.", "Makefile 3 0"},
             Row{"D:\\a\\x\\build.ps1:115 char:3", "D:\\a\\x\\build.ps1 115 0"},
             Row{"##[error]x at ./cmd/main.go:8", "./cmd/main.go 8 0"},
         }) {
        EXPECT_EQ(found_in(text), place) << text;
    }
}

TEST(PlaceIn, PassesOverWhatIsNobodysOwn) {
    for (const auto* text : {
             "connection to db.internal:5432 refused",
             "https://example.org/app.js:3",
             "at Module._compile (node:internal/modules/cjs/loader:1376:14)",
             "    at Module.load (internal/modules/cjs/loader.js:638:30)",
             "    at run (/home/u/app/node_modules/jest/build/index.js:12:4)",
             "  File \"/usr/lib/python3.11/json/decoder.py\", line 355, in raw_decode",
             "\tat org.junit.Assert.fail(Assert.java:89)",
             "/home/runner/work/_temp/abc.sh: line 3: rsync: command not found",
             "built a.js in 3 s",
             "12:30:01 started",
             "",
         }) {
        EXPECT_EQ(found_in(text), "none") << text;
    }
    EXPECT_EQ(found_in("at x (node_modules/a/b.js:1:2) called by src/c.js:3:4"), "src/c.js 3 4");
}

TEST(PlaceIn, PassesOverAnyNumberOfThem) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "node_modules/a/b.js:1:2 ((((a.b.c ";
    EXPECT_EQ(found_in(text), "none");
    EXPECT_EQ(found_in(text + "src/c.js:3:4"), "src/c.js 3 4");
}

TEST(AnnotationText, NamesThePlaceOnce) {
    EXPECT_EQ(annotation_text("src/a.c", 3, 4, "bad"), "src/a.c:3:4: bad");
    EXPECT_EQ(annotation_text("src/a.c", 3, 0, "bad"), "src/a.c:3: bad");
    EXPECT_EQ(annotation_text("src/a.c", 0, 4, "bad\nand worse"), "src/a.c: bad\nand worse");
    EXPECT_EQ(annotation_text("src/a.c", 3, 4, "src/a.c:3:4: bad"), "src/a.c:3:4: bad");
    EXPECT_EQ(annotation_text("src/a.c", 3, 4, "/home/u/src/a.c(3,4): bad"), "/home/u/src/a.c(3,4): bad");
    EXPECT_EQ(annotation_text("", 3, 4, "bad"), "bad");
}

/// `file:line:column message` of the first cause of a step that printed `output`.
std::string first_cause(std::string_view output) {
    const auto log =
        RawLog::decode(fmt::format("##[group]Run make\nshell: bash -e {{0}}\n##[endgroup]\n{}\n"
                                   "##[error]Process completed with exit code 1.\n",
                                   output));
    const auto diagnosis = diagnose(log);
    if (diagnosis.causes.empty()) return "none";
    const auto& cause = diagnosis.causes.front();
    return fmt::format("{}:{}:{} {}", cause.file, cause.line, cause.column, cause.message);
}

TEST(CompletePlace, TakesThePlaceOfAnAnnotationOffItsMessage) {
    EXPECT_EQ(first_cause("##[error]src/a.c:3:4: contrast too low"), "src/a.c:3:4 contrast too low");
    EXPECT_EQ(first_cause("::error file=src/a.c,line=3,col=4::contrast too low"), "src/a.c:3:4 contrast too low");
}

TEST(CompletePlace, ReadsTheStackAroundAnError) {
    EXPECT_EQ(first_cause("Error: no such theme\n    at read (node:fs:12:3)\n"
                          "    at f (/w/node_modules/x/y.js:1:2)\n    at load (/w/src/theme.mjs:9:5)"),
              "/w/src/theme.mjs:9:5 Error: no such theme");
    EXPECT_EQ(first_cause("Traceback (most recent call last):\n  File \"/w/app.py\", line 3, in <module>\n    load()\n"
                          "  File \"/w/theme.py\", line 8, in load\n    json.load(f)\n"
                          "  File \"/usr/lib/python3.11/json/__init__.py\", line 293, in load\n    raise x\n"
                          "KeyError: 'port'"),
              "/w/theme.py:8:0 KeyError: 'port'");
}

TEST(CompletePlace, LeavesTroubleOutsideOfTheSourcesAlone) {
    EXPECT_EQ(first_cause("src/a.c:1: note: unused\ncurl: (6) Could not resolve host: example.org").substr(0, 4),
              ":0:0");
}

}  // namespace
}  // namespace flux::logs
