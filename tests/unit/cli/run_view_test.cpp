#include "cli/run_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace flux::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

boost::json::object json(const char* text) { return boost::json::parse(text).as_object(); }

TEST(RunView, PutsAHeadingWhereTheStepChanges) {
    RunView view{false};

    const auto text = view.lines(json(R"({"lines":[
        {"job":"test","job_id":1,"step":"Install","step_number":1,"text":"one\ntwo"},
        {"job":"test","job_id":1,"step":"Install","step_number":1,"text":"three"},
        {"job":"test","job_id":1,"step":"Run tests","step_number":2,"text":"##[endgroup]\n\nfour"}]})"));

    EXPECT_EQ(text, "== test / Install\none\ntwo\nthree\n== test / Run tests\n\nfour\n");
}

TEST(RunView, LetsNothingSteerTheTerminal) {
    const auto tail =
        json(R"({"lines":[{"job":"\u001b]0;x\u0007evil","job_id":1,"text":"\u001b[2J\u001b[31mred\u001b[H"}]})");

    const auto plain = RunView{false}.lines(tail);
    const auto coloured = RunView{true}.lines(tail);

    EXPECT_EQ(plain, "== evil\nred\n");
    EXPECT_THAT(coloured, HasSubstr("\x1b[31mred\x1b[0m"));
    EXPECT_THAT(coloured, Not(HasSubstr("\x1b[2J")));
    EXPECT_THAT(coloured, Not(HasSubstr("\x1b]")));
}

TEST(RunView, SaysEachEndedStepOnce) {
    RunView view{false};
    const auto status = json(R"({"jobs":[{"id":1,"name":"test","steps":[
        {"number":1,"name":"Install","status":"completed","conclusion":"success","duration_s":1.25},
        {"number":2,"name":"Later","status":"completed","conclusion":"skipped"},
        {"number":3,"name":"Run","status":"in_progress","conclusion":null}]}]})");

    EXPECT_EQ(view.ended_steps(status), "-- test / Install: success (1.2 s)\n");
    EXPECT_EQ(view.ended_steps(status), "");
}

TEST(RunView, EndsWithThePreview) {
    const auto good = json(R"({"run":{"run_id":12,"status":"completed","conclusion":"success"},
        "jobs":[{"id":1,"name":"build","status":"completed","conclusion":"success","duration_s":75}],
        "preview":{"state":"reachable","url":"http://a.localhost:8788/"}})");
    const auto bad = json(R"({"run":{"run_id":12,"status":"completed","conclusion":"failure"},
        "preview":{"state":"failed","url":"http://a.localhost:8788/","reason":"the run failed"}})");

    EXPECT_EQ(RunView{false}.ending(good),
              "build: success (1 min 15 s)\nRun 12: success\nPreview: reachable http://a.localhost:8788/\n");
    EXPECT_THAT(RunView{false}.ending(bad), EndsWith("Preview: failed (the run failed)\n"));
}

TEST(RunView, ShowsWhatRunsNow) {
    const auto status = json(R"({"run":{"status":"in_progress"},
        "jobs":[{"name":"test","status":"in_progress","current_step":"Run","duration_s":3}]})");

    EXPECT_THAT(RunView{false}.now(status), HasSubstr("test / Run (3.0 s)"));
    EXPECT_EQ(RunView{false}.now(json(R"({"run":{"status":"completed"}})")), "");
}

TEST(RunView, StandsAnswersOfAnotherShape) {
    RunView view{true};
    for (const auto* text :
         {"{}", R"({"lines":7})", R"({"lines":[1,{"text":2}]})", R"({"jobs":[{"steps":[0]}],"run":1})"}) {
        SCOPED_TRACE(text);
        const auto odd = json(text);
        EXPECT_NO_THROW(view.lines(odd));
        EXPECT_NO_THROW(view.ended_steps(odd));
        EXPECT_NO_THROW(view.ending(odd));
        EXPECT_NO_THROW(view.headline(odd));
    }
}

}  // namespace
}  // namespace flux::cli
