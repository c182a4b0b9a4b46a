#include "providers/local/repository.hpp"

#include <gtest/gtest.h>

#include "git_folder.hpp"

namespace flux::providers::local {
namespace {

builds::BranchName branch(const char* name) { return builds::BranchName::parse(name).value(); }

TEST(ARepository, FindsTheHeadOfABranch) {
    const GitFolder folder;
    folder.commit("a.txt", "a", "First words");
    folder.git("branch feature/x");
    const Repository repository{folder.path()};

    const auto head = repository.head_of(branch("feature/x"));

    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->head_sha.size(), 40U);
    EXPECT_EQ(head->subject, "First words");
    EXPECT_GT(head->committed_at, WallTime{});
}

TEST(ARepository, NamesTheNearestBranches) {
    const GitFolder folder;
    folder.commit("a.txt", "a");
    folder.git("branch feature/login");
    const Repository repository{folder.path()};

    const auto head = repository.head_of(branch("feature/logn"));

    ASSERT_FALSE(head);
    EXPECT_EQ(head.error().reason, "branch_not_found");
    EXPECT_NE(head.error().message.find("feature/login"), std::string::npos) << head.error().message;
}

TEST(ARepository, DoesNotTakeAFolderOfBranchesForABranch) {
    const GitFolder folder;
    folder.commit("a.txt", "a");
    folder.git("branch feature/x");

    EXPECT_FALSE(Repository{folder.path()}.head_of(branch("feature")));
}

TEST(ARepository, KnowsTheBranchesOfItsOrigin) {
    const GitFolder origin;
    origin.commit("a.txt", "a");
    origin.git("branch other");
    const GitFolder clone;
    clone.git("remote add origin '" + origin.path().string() + "'");
    clone.git("fetch --quiet origin");
    const Repository repository{clone.path()};

    EXPECT_TRUE(repository.head_of(branch("other")));
    EXPECT_EQ(repository.branches().value().size(), 2U);
}

TEST(ARepository, ReadsWhatWasCommittedAndNotTheWorkTree) {
    const GitFolder folder;
    folder.commit("page.html", "committed");
    folder.write("page.html", "changed");
    folder.write("index.html", "new");
    const Repository repository{folder.path()};
    const auto sha = repository.head_of(branch("main")).value().head_sha;

    EXPECT_EQ(repository.read_file(sha, "page.html", 100).value(), "committed");
    EXPECT_FALSE(repository.has_file(sha, "index.html").value());
    EXPECT_EQ(repository.read_file(sha, "page.html", 3).error().code, Errc::too_large);
}

TEST(ARepository, ListsOnlyWorkflowFiles) {
    const GitFolder folder;
    folder.write(".github/workflows/b.yaml", "x");
    folder.write(".github/workflows/notes.txt", "x");
    folder.write(".github/workflows/below/c.yml", "x");
    std::filesystem::create_symlink("b.yaml", folder.path() / ".github/workflows/link.yml");
    folder.commit(".github/workflows/a.yml", "x");
    const Repository repository{folder.path()};

    const auto files = repository.workflow_files(repository.head_of(branch("main")).value().head_sha);

    EXPECT_EQ(files.value(), (std::vector<std::string>{"a.yml", "b.yaml"}));
}

TEST(ARepository, MayBeBare) {
    const GitFolder folder;
    folder.commit("a.txt", "a");
    const TemporaryFolder bare;
    folder.git("clone --quiet --bare . '" + bare.path().string() + "/r.git'");
    const Repository repository{bare.path() / "r.git"};

    EXPECT_TRUE(repository.head_of(branch("main")));
    EXPECT_EQ(repository.git_directory().value(), bare.path() / "r.git");
    EXPECT_EQ(repository.default_branch().value(), "main");
}

TEST(ARepository, SaysThatItHasNoCommit) {
    const GitFolder folder;
    const Repository repository{folder.path()};

    const auto head = repository.head_of(branch("main"));

    ASSERT_FALSE(head);
    EXPECT_NE(head.error().message.find("no commit"), std::string::npos) << head.error().message;
    EXPECT_EQ(repository.default_branch().value(), "main");
    EXPECT_TRUE(repository.branches().value().empty());
}

TEST(ARepository, SaysThatItIsNone) {
    const GitFolder outer;
    std::filesystem::create_directory(outer.path() / "inner");
    const TemporaryFolder folder;

    for (const auto& path : {folder.path(), folder.path() / "nowhere", outer.path() / "inner"}) {
        SCOPED_TRACE(path);
        const auto head = Repository{path}.head_of(branch("main"));
        ASSERT_FALSE(head);
        EXPECT_EQ(head.error().reason, "repository_unusable") << head.error().message;
    }
}

TEST(ARepository, RunsNothingThatItsConfigurationNames) {
    const GitFolder folder;
    folder.commit("a.txt", "a");
    const auto trace = folder.path() / "ran";
    folder.git("config core.fsmonitor 'touch " + trace.string() + "'");
    folder.git("config core.pager 'touch " + trace.string() + "'");
    const Repository repository{folder.path()};

    ASSERT_TRUE(repository.head_of(branch("main")));
    ASSERT_TRUE(repository.workflow_files("HEAD"));

    EXPECT_FALSE(std::filesystem::exists(trace));
}

TEST(ARepository, ComparesTwoCommits) {
    const GitFolder folder;
    folder.commit("a.txt", "one\ntwo\n", "Begin");
    folder.git("checkout --quiet -b topic");
    folder.commit("a.txt", "one\nthree\nfour\n", "Change a");
    folder.commit("a tab\there.txt", "new\n", "Add b");
    folder.git("checkout --quiet main");
    folder.commit("elsewhere.txt", "x\n", "Go on");
    const Repository repository{folder.path()};
    const auto base = repository.head_of(branch("main")).value().head_sha;
    const auto head = repository.head_of(branch("topic")).value().head_sha;

    const auto comparison = repository.compare(base, head);

    ASSERT_TRUE(comparison) << comparison.error().message;
    EXPECT_EQ(comparison->total_commits, 2U);
    ASSERT_EQ(comparison->commits.size(), 2U);
    EXPECT_EQ(comparison->commits[0].subject, "Add b");
    EXPECT_EQ(comparison->commits[0].sha, head);
    EXPECT_EQ(comparison->commits[0].author, "Test");
    EXPECT_GT(comparison->commits[1].committed_at, WallTime{});
    ASSERT_EQ(comparison->files.size(), 2U);
    EXPECT_EQ(comparison->files[1].path, "a.txt");
    EXPECT_EQ(comparison->files[1].added, 2);
    EXPECT_EQ(comparison->files[1].removed, 1);
    EXPECT_EQ(comparison->files[0].path, "a tab\there.txt");
    EXPECT_EQ(repository.compare(head, head)->commits.size(), 0U);
}

TEST(ARepository, ComparesNothingThatIsNoCommit) {
    const GitFolder folder;
    folder.commit("a.txt", "a");
    const Repository repository{folder.path()};
    const auto head = repository.head_of(branch("main")).value().head_sha;

    for (const auto* base : {"--output=x", "main", "0123456789012345678901234567890123456789", ""}) {
        SCOPED_TRACE(base);
        EXPECT_EQ(repository.compare(base, head).error().code, Errc::not_found);
    }
}

}  // namespace
}  // namespace flux::providers::local
