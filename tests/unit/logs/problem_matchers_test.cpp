#include "logs/problem_matchers.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace flux::logs {
namespace {

using testing::HasSubstr;

constexpr const char* compiler = R"({"problemMatcher":[{"owner":"cc","pattern":[
    {"regexp":"^(.+):(\\d+):(\\d+): (error|warning|info): (.*)$","file":1,"line":2,"column":3,"severity":4,"message":5}]}]})";

constexpr const char* linter = R"({"problemMatcher":[{"owner":"lint","severity":"warning","pattern":[
    {"regexp":"^(\\S+\\.js)$","file":1},
    {"regexp":"^\\s+(\\d+):(\\d+)\\s+(.*)$","line":1,"column":2,"message":3,"loop":true}]}]})";

ProblemMatchers with(std::initializer_list<const char*> files) {
    ProblemMatchers matchers;
    for (const auto* file : files) {
        auto read = read_problem_matchers(file);
        EXPECT_TRUE(read) << read.error().message;
        EXPECT_TRUE(matchers.add(std::move(read->matchers)));
    }
    return matchers;
}

/// `level file:line:column message` of each line that ends a problem.
std::vector<std::string> problems_in(ProblemMatchers& matchers, std::initializer_list<std::string_view> lines) {
    constexpr std::array names{"debug", "plain", "notice", "warning", "error"};
    std::vector<std::string> found;
    for (const auto line : lines) {
        const auto problem = matchers.look_at(line);
        if (!problem) continue;
        found.push_back(std::string{names.at(static_cast<std::size_t>(problem->level))} + " " + problem->file + ":" +
                        std::to_string(problem->line) + ":" + std::to_string(problem->column) + " " + problem->message);
    }
    return found;
}

TEST(ProblemMatchers, TakeAProblemOutOfOneLine) {
    auto matchers = with({compiler});

    EXPECT_THAT(problems_in(matchers, {"make all", "a.c:3:7: error: no such thing", "b.c:1:2: warning: odd",
                                       "b.c:1:2: info: never mind", "c.c:1:2: error: "}),
                testing::ElementsAre("error a.c:3:7 no such thing", "warning b.c:1:2 odd"));
}

TEST(ProblemMatchers, FollowAProblemOverLinesAndLoop) {
    auto matchers = with({linter});

    EXPECT_THAT(problems_in(matchers, {"a.js", "  1:2  first", "  3:4  second", "", "  5:6  belongs to nothing", "b.js",
                                       "  7:8  third"}),
                testing::ElementsAre("warning a.js:1:2 first", "warning a.js:3:4 second", "warning b.js:7:8 third"));
}

TEST(ProblemMatchers, StartAnewWhenAnotherMatcherSeesAProblemOrTheProgramEnds) {
    auto matchers = with({linter, compiler});

    EXPECT_THAT(problems_in(matchers, {"a.js", "a.c:3:7: error: no", "  1:2  nothing of a.js"}),
                testing::ElementsAre("error a.c:3:7 no"));
    EXPECT_THAT(problems_in(matchers, {"a.js"}), testing::IsEmpty());
    matchers.forget();
    EXPECT_THAT(problems_in(matchers, {"  1:2  of another program"}), testing::IsEmpty());
}

TEST(ProblemMatchers, ReplaceAndRemoveByOwner) {
    auto matchers =
        with({compiler, R"json({"problemMatcher":[{"owner":"CC","pattern":[{"regexp":"^E (.*)","message":1}]}]})json"});
    EXPECT_THAT(problems_in(matchers, {"a.c:3:7: error: no", "E yes"}), testing::ElementsAre("error :0:0 yes"));

    matchers.remove("cC");

    EXPECT_TRUE(matchers.empty());
    matchers = with({compiler, R"({"problemMatcher":[{"owner":"cc","pattern":[]}]})"});
    EXPECT_TRUE(matchers.empty());
}

TEST(ProblemMatchers, TakeTheNewestFirst) {
    auto matchers = with({compiler, R"({"problemMatcher":[{"owner":"all","severity":"notice","pattern":[
        {"regexp":"no","message":0}]}]})"});

    EXPECT_THAT(problems_in(matchers, {"a.c:3:7: error: no"}), testing::ElementsAre("notice :0:0 no"));
}

TEST(ProblemMatchers, RefuseWhatBreaksTheRules) {
    struct Row {
        const char* name;
        const char* json;
        const char* says;
    };
    const std::array rows{
        Row{"no JSON", "{", "byte"},
        Row{"no object", "[]", "object"},
        Row{"no owner", R"({"problemMatcher":[{"pattern":[]}]})", "`owner`"},
        Row{"owner twice", R"({"problemMatcher":[{"owner":"a","pattern":[]},{"owner":"A","pattern":[]}]})", "`A`"},
        Row{"no message", R"({"problemMatcher":[{"owner":"a","pattern":[{"regexp":"x"}]}]})", "`message`"},
        Row{"message twice", R"json({"problemMatcher":[{"owner":"a","pattern":[
            {"regexp":"(x)","message":1},{"regexp":"(x)","message":1}]}]})json",
            "two patterns"},
        Row{"no such group", R"json({"problemMatcher":[{"owner":"a","pattern":[{"regexp":"(x)","message":2}]}]})json",
            "groups"},
        Row{"negative group", R"json({"problemMatcher":[{"owner":"a","pattern":[{"regexp":"(x)","message":-1}]}]})json",
            "groups"},
        Row{"loop alone",
            R"json({"problemMatcher":[{"owner":"a","pattern":[{"regexp":"(x)","message":1,"loop":true}]}]})json",
            "`loop`"},
        Row{"severity", R"({"problemMatcher":[{"owner":"a","severity":"bad","pattern":[]}]})", "`severity`"},
        Row{"pattern", R"({"problemMatcher":[{"owner":"a","pattern":{}}]})", "`pattern`"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto read = read_problem_matchers(row.json);
        ASSERT_FALSE(read);
        EXPECT_THAT(read.error().message, HasSubstr(row.says));
    }
    EXPECT_TRUE(read_problem_matchers("\xEF\xBB\xBF{}"));
}

TEST(ProblemMatchers, LeaveOutAnExpressionThatIsNotLinearAndSayIt) {
    const auto read = read_problem_matchers(R"json({"problemMatcher":[
        {"owner":"ahead","pattern":[{"regexp":"^(?!x)(.*)","message":1}]},
        {"owner":"good","pattern":[{"regexp":"^y(.*)","message":1}]}]})json");

    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->matchers.size(), 1U);
    EXPECT_EQ(read->matchers.front().owner, "good");
    ASSERT_EQ(read->refused.size(), 1U);
    EXPECT_THAT(read->refused.front(), HasSubstr("`ahead`"));
}

TEST(ProblemMatchers, AreBounded) {
    std::string many = R"({"problemMatcher":[)";
    for (int i = 0; i < 65; ++i) {
        many += (i == 0 ? "" : ",") + std::string{R"({"owner":")"} + std::to_string(i) + R"(","pattern":[]})";
    }
    EXPECT_EQ(read_problem_matchers(many + "]}").error().code, Errc::too_large);
    EXPECT_EQ(read_problem_matchers(std::string(300 * 1024, ' ')).error().code, Errc::too_large);
    EXPECT_EQ(read_problem_matchers(R"({"problemMatcher":[{"owner":"a","pattern":[{"regexp":")" +
                                    std::string(5000, 'x') + R"(","message":0}]}]})")
                  .error()
                  .code,
              Errc::too_large);

    ProblemMatchers matchers;
    bool refused = false;
    for (int i = 0; i < 200 && !refused; ++i) {
        auto file = read_problem_matchers(R"({"problemMatcher":[{"owner":")" + std::to_string(i) +
                                          R"(","pattern":[{"regexp":"(a*)*b","message":0}]}]})");
        refused = !matchers.add(std::move(file->matchers));
    }
    EXPECT_TRUE(refused);
    EXPECT_FALSE(matchers.look_at(std::string(64 * 1024, 'a')));
}

}  // namespace
}  // namespace flux::logs
