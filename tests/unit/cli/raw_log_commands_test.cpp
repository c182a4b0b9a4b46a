#include "cli/raw_log_commands.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "fakes/temporary_folder.hpp"

namespace flux::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* failed_log =
    "##[group]Run make\n##[endgroup]\na.c:3:1: error: no such thing\n##[error]Process completed with exit code 2.\n";

class RawLogCommands : public testing::Test {
protected:
    RawLogCommands() {
        std::ofstream{file_} << failed_log;
        command_.log_file = file_.string();
    }

    template <class What>
    std::string run(const What& what, int expected) {
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        EXPECT_EQ(what(command_), expected);
        said_ = testing::internal::GetCapturedStderr();
        return testing::internal::GetCapturedStdout();
    }

    static int run_diagnose_file(const Command& command) { return cli::run_diagnose_file(command); }

    /// A diagnosis that keeps few lines.
    static int run_small_diagnosis(const Command& command) {
        return cli::run_diagnose_file(command, {.lines = 40'000});
    }

    /// Lines 3 to 100,002 are all different.
    void write_large_log() {
        std::ofstream out{file_};
        out << "##[group]Run make\n##[endgroup]\n";
        for (int i = 3; i <= 100'002; ++i) out << "line " << i << " of it\n";
        out << "##[error]Process completed with exit code 2.\n";
    }

    TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "job.log";
    Command command_;
    std::string said_;  ///< on stderr, by the last run
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

TEST_F(RawLogCommands, LogsSaysWhyThereIsNothingToShow) {
    command_.step = "nope";
    EXPECT_EQ(run(run_logs_file, 0), "");
    EXPECT_EQ(said_, "flux-mcp: No step has `nope` in its name. The log's steps are: `Run make`.\n");
    command_.search = "error";
    EXPECT_EQ(run(run_logs_file, 0), "");
    EXPECT_THAT(said_, HasSubstr("No step has `nope` in its name."));

    command_.search = "nomatch";
    command_.step = "MAKE";
    EXPECT_EQ(run(run_logs_file, 0), "");
    EXPECT_EQ(said_,
              "flux-mcp: No line matches `nomatch`. All 4 lines in steps with `MAKE` in their name were searched.\n");
    command_.step.reset();
    EXPECT_EQ(run(run_logs_file, 0), "");
    EXPECT_EQ(said_, "flux-mcp: No line matches `nomatch`. All 4 lines were searched.\n");

    command_.search = "error";
    EXPECT_NE(run(run_logs_file, 0), "");
    EXPECT_EQ(said_, "");
}

TEST_F(RawLogCommands, NamesEachStepOnceAndNotTooMany) {
    {
        std::ofstream out{file_};
        for (int i = 0; i < 60; ++i) out << "##[group]Run step " << i / 2 << "\n##[endgroup]\ndone\n";
    }
    command_.step = "nope";

    run(run_logs_file, 0);

    EXPECT_THAT(said_, HasSubstr("are: `Run step 0`, `Run step 1`, `Run step 2`, "));
    EXPECT_THAT(said_, HasSubstr("`Run step 19` and 10 more.\n"));
}

TEST_F(RawLogCommands, SaysThatALogIsEmpty) {
    std::ofstream{file_, std::ios::trunc}.flush();

    EXPECT_EQ(run(run_diagnose_file, 0), "The log is empty.\n");
    EXPECT_EQ(run(run_logs_file, 0), "");
    EXPECT_EQ(said_, "flux-mcp: The log is empty.\n");
    command_.search = "x";
    EXPECT_EQ(run(run_logs_file, 0), "");
    EXPECT_EQ(said_, "flux-mcp: The log is empty.\n");
    command_.search.reset();
    command_.tail = 5;
    EXPECT_EQ(run(run_logs_file, 0), "");
    EXPECT_EQ(said_, "flux-mcp: The log is empty.\n");
}

TEST_F(RawLogCommands, DiagnoseSaysWhichLinesItDidNotLookAt) {
    write_large_log();
    EXPECT_THAT(run(run_diagnose_file, 0), Not(HasSubstr("Not looked at")));
    EXPECT_EQ(said_, "");

    const auto text = run(run_small_diagnosis, 0);
    EXPECT_THAT(text, HasSubstr("Not looked at, as the log is too large: lines 1025-"));
    EXPECT_THAT(text, HasSubstr(" of 100003 lines).\n"));
    EXPECT_THAT(said_, HasSubstr("flux-mcp logs --file " + command_.log_file + " --search PATTERN"));

    command_.json = true;
    const auto out = boost::json::parse(run(run_small_diagnosis, 0)).as_object();
    const auto& omitted = out.at("omitted").as_object();
    std::int64_t unread = 0;
    for (const auto& range : omitted.at("unread_lines").as_array())
        unread += range.at(1).as_int64() - range.at(0).as_int64() + 1;
    EXPECT_EQ(omitted.at("unread_lines").at(0).at(0).as_int64(), 1025);
    EXPECT_EQ(omitted.at("unread").as_int64(), unread);
    EXPECT_GT(unread, 55'000);
    EXPECT_GE(omitted.at("lines").as_int64(), unread);
    EXPECT_THAT(std::string{out.at("text").as_string()}, HasSubstr("Not looked at"));
}

TEST_F(RawLogCommands, DiagnoseOfALargeGreenLogSaysWhatItDidNotLookAt) {
    write_large_log();
    std::filesystem::resize_file(file_, std::filesystem::file_size(file_) - 45);

    EXPECT_THAT(run(run_small_diagnosis, 0), StartsWith("The log shows no failed step.\nNot looked at"));
}

TEST_F(RawLogCommands, LogsShowsEachLineOfALargeLog) {
    write_large_log();

    const auto out = run(run_logs_file, 0);

    EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 100'003);
    EXPECT_THAT(out, HasSubstr("\n50000\tline 50000 of it\n50001\tline 50001 of it\n"));
    EXPECT_THAT(out, HasSubstr("\n100002\tline 100002 of it\n100003\tProcess completed"));
    command_.search = "line 50000 of it";
    EXPECT_EQ(run(run_logs_file, 0), "50000\tline 50000 of it\n");
    EXPECT_EQ(said_, "");
}

TEST_F(RawLogCommands, LogsFoldsNoRepeatsOfOneStepIntoAnother) {
    std::ofstream{file_} << "##[group]Run a\n##[endgroup]\nx\nx\n##[group]Run b\n##[endgroup]\ny\ny\ny\ny\ny\n";
    command_.step = "b";

    EXPECT_EQ(run(run_logs_file, 0),
              "5\t##[group]Run b\n6\t##[endgroup]\n7\ty\n\t(lines 8-11: the line above, 4 more times)\n");
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

TEST_F(RawLogCommands, SayHowToUnpackWhatIsCompressed) {
    const std::pair<std::string, const char*> files[] = {{std::string{"\x1f\x8b\x08\x00 and so on", 14}, "`gzip -dc "},
                                                         {"\x28\xb5\x2f\xfd and so on", "`zstd -dc "},
                                                         {"\xfd\x37zXZ and so on", "`xz -dc "},
                                                         {"BZh91AY&SY and so on", "`bzip2 -dc "}};
    for (const auto& [bytes, unpacker] : files) {
        std::ofstream{file_} << bytes;

        run(run_diagnose_file, 2);
        EXPECT_THAT(said_, HasSubstr(unpacker));
        run(run_logs_file, 2);
        EXPECT_THAT(said_, HasSubstr(unpacker));
    }
}

TEST_F(RawLogCommands, LogsFoldsRepeatsAndKeepsNumbers) {
    std::ofstream{file_} << "once\n" << "again\nagain\nagain\nagain\nagain\n" << "end\n";

    EXPECT_EQ(run(run_logs_file, 0), "1\tonce\n2\tagain\n\t(lines 3-6: the line above, 4 more times)\n7\tend\n");
}

}  // namespace
}  // namespace flux::cli
