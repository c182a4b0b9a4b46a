#include "builds/branch_name.hpp"

#include <gmock/gmock.h>

namespace flux::builds {
namespace {

using testing::HasSubstr;

TEST(BranchName, TakesWhatGitTakes) {
    for (const auto* name : {"main", "feature/login", "fix-1.2", "ünï", "a@b", "refs"}) {
        EXPECT_TRUE(BranchName::parse(name)) << name;
    }
    EXPECT_EQ(BranchName::parse("refs/heads/main")->text(), "main");
}

TEST(BranchName, SaysWhichRuleIsBroken) {
    struct Row {
        std::string name;
        const char* says;
    };
    const std::vector<Row> rows{
        {"", "empty"},
        {"../etc/passwd", "`..`"},
        {"a b", "space"},
        {"-rf", "dash"},
        {std::string(300, 'x'), "300 bytes"},
        {"a\nb", "control character"},
        {std::string{"a\0b", 3}, "control character"},
        {"a~1", "`~`"},
        {"x@{1}", "`@{`"},
        {"feature/.hidden", "begins with a dot"},
        {"x.lock", ".lock"},
        {"a//b", "`//`"},
        {"a/", "slash"},
        {"HEAD", "HEAD"},
        {"\xFF", "UTF-8"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto branch = BranchName::parse(row.name);
        ASSERT_FALSE(branch);
        EXPECT_EQ(branch.error().code, Errc::invalid_argument);
        EXPECT_THAT(branch.error().message, HasSubstr(row.says));
    }
}

}  // namespace
}  // namespace flux::builds
