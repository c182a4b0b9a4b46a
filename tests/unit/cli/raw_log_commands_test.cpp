#include "cli/raw_log_commands.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fstream>

#include "fakes/temporary_folder.hpp"

namespace flux::cli {
namespace {

using testing::HasSubstr;

constexpr const char* failed_log =
    "##[group]Run make\n##[endgroup]\na.c:3:1: error: no such thing\n##[error]Process completed with exit code 2.\n";

class RawLogCommands : public testing::Test {
protected:
    RawLogCommands() {
        std::ofstream{file_} << failed_log;
        command_.log_file = file_.string();
    }

    std::string run(int (*what)(const Command&), int expected) {
        testing::internal::CaptureStdout();
        EXPECT_EQ(what(command_), expected);
        return testing::internal::GetCapturedStdout();
    }

    TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "job.log";
    Command command_;
};

TEST_F(RawLogCommands, DiagnoseAsJsonHasTheMembersThatClientsRead) {
    command_.json = true;

    const auto out = boost::json::parse(run(run_diagnose_file, 0)).as_object();

    EXPECT_EQ(out.at("verdict").at("class").as_string(), "compile");
    EXPECT_EQ(out.at("failed_steps").at(0).at("step").as_string(), "Run make");
    EXPECT_EQ(out.at("failed_steps").at(0).at("line").as_int64(), 4);
    const auto& cause = out.at("causes").at(0);
    EXPECT_EQ(cause.at("file").as_string(), "a.c");
    EXPECT_EQ(cause.at("line").as_int64(), 3);
    EXPECT_EQ(cause.at("log_line").as_int64(), 3);
    EXPECT_TRUE(cause.at("job").is_null());
    EXPECT_TRUE(out.at("omitted").is_null());
    EXPECT_TRUE(out.at("failed_tests").as_array().empty());
    EXPECT_THAT(std::string{out.at("text").as_string()}, HasSubstr("3| a.c:3:1: error: no such thing"));
}

TEST_F(RawLogCommands, DiagnoseAsJsonNamesTheFailedTests) {
    std::ofstream{file_} << "##[group]Run go test\n##[endgroup]\n--- FAIL: TestAdds (0.01s)\n"
                            "##[error]Process completed with exit code 1.\n";
    command_.json = true;

    const auto out = boost::json::parse(run(run_diagnose_file, 0)).as_object();

    EXPECT_EQ(out.at("failed_tests"), boost::json::array{"TestAdds"});
}

TEST_F(RawLogCommands, DiagnoseOfAGreenLogHasNoVerdict) {
    std::ofstream{file_} << "##[group]Run make\n##[endgroup]\nall good\n";
    command_.json = true;

    const auto out = boost::json::parse(run(run_diagnose_file, 0)).as_object();

    EXPECT_TRUE(out.at("verdict").is_null());
    EXPECT_TRUE(out.at("causes").as_array().empty());
}

TEST_F(RawLogCommands, LogsShowsAndSearchesLinesByTheirNumbers) {
    EXPECT_THAT(run(run_logs_file, 0), HasSubstr("3\ta.c:3:1: error: no such thing\n"));
    command_.search = "exit code [1-9]";
    EXPECT_EQ(run(run_logs_file, 0), "4\tProcess completed with exit code 2.\n");
}

TEST_F(RawLogCommands, LogsShowsTheEndOfALogByItsNumbers) {
    command_.tail = 2;
    const auto lines = run(run_logs_file, 0);
    command_.tail = 2000;
    const auto all = run(run_logs_file, 0);
    EXPECT_TRUE(all.ends_with(lines)) << lines;
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
    command_.tail.reset();
    EXPECT_EQ(run(run_logs_file, 0), all);
}

TEST_F(RawLogCommands, RefusesWhatCannotBeRead) {
    command_.search = "a(";
    run(run_logs_file, 2);
    command_.log_file = (folder_.path() / "absent").string();
    run(run_diagnose_file, 2);
    run(run_logs_file, 2);
    command_.search.reset();
    command_.tail = 1;
    run(run_logs_file, 2);
}

TEST_F(RawLogCommands, LogsFoldsRepeatsAndKeepsNumbers) {
    std::ofstream{file_} << "once\n" << "again\nagain\nagain\nagain\nagain\n" << "end\n";

    EXPECT_EQ(run(run_logs_file, 0), "1\tonce\n2\tagain\n\t(lines 3-6: the line above, 4 more times)\n7\tend\n");
}

}  // namespace
}  // namespace flux::cli
