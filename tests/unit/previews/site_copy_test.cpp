#include "previews/site_copy.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "fakes/temporary_folder.hpp"

namespace flux::previews {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class SiteCopyTest : public testing::Test {
protected:
    Result<CopiedSite> copy(SiteLimits limits = {}) const { return copy_site(source_.path(), target_.path(), limits); }

    std::string copied(const std::string& name) const {
        std::ifstream file{target_.path() / name, std::ios::binary};
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator{target_.path()}) {
            all.push_back(entry.path().lexically_relative(target_.path()).string());
        }
        std::sort(all.begin(), all.end());
        return all;
    }

    void link(const std::string& to, const std::string& name) const { fs::create_symlink(to, source_.path() / name); }

    TemporaryFolder source_;
    TemporaryFolder target_;
};

TEST_F(SiteCopyTest, CopiesFilesAndFolders) {
    source_.write("index.html", "<h1>Hi</h1>");
    source_.write("a/b/c.txt", std::string(3'000'000, 'x'));
    source_.write("empty.txt", "");

    const auto done = copy();

    ASSERT_TRUE(done);
    EXPECT_EQ(done->files, 3U);
    EXPECT_EQ(done->bytes, 3'000'011U);
    EXPECT_EQ(copied("index.html"), "<h1>Hi</h1>");
    EXPECT_EQ(copied("a/b/c.txt"), std::string(3'000'000, 'x'));
    EXPECT_EQ(fs::status(target_.path() / "index.html").permissions(), fs::perms{0600});
}

TEST_F(SiteCopyTest, LeavesHiddenNamesOut) {
    source_.write("index.html", "x");
    source_.write(".env", "SECRET=1");
    source_.write(".git/config", "x");
    source_.write("a/.htpasswd", "x");
    source_.write(".well-known/security.txt", "x");

    ASSERT_TRUE(copy());

    EXPECT_THAT(names(), ElementsAre(".well-known", ".well-known/security.txt", "a", "index.html"));
}

TEST_F(SiteCopyTest, FollowsLinksThatStayInside) {
    source_.write("real/page.html", "page");
    link("real/page.html", "page.html");
    link("real", "other");
    source_.write("deep/x", "x");
    link("../real/page.html", "deep/up.html");

    ASSERT_TRUE(copy());

    EXPECT_EQ(copied("page.html"), "page");
    EXPECT_EQ(copied("other/page.html"), "page");
    EXPECT_EQ(copied("deep/up.html"), "page");
    EXPECT_FALSE(fs::is_symlink(target_.path() / "page.html"));
    EXPECT_FALSE(fs::is_symlink(target_.path() / "other"));
}

TEST_F(SiteCopyTest, RefusesLinksThatLeadOutsideOrNowhere) {
    TemporaryFolder outside;
    outside.write("secret", "s");
    struct Row {
        const char* name;
        std::string to;
    };
    const std::vector<Row> rows{
        {"an absolute path", "/etc/passwd"},
        {"a folder outside", outside.path().string()},
        {"up and out", "../../../../../../../../etc/passwd"},
        {"a process's files", "/proc/self/root/etc/passwd"},
        {"a link through a process's root", "/proc/self/environ"},
        {"nowhere", "missing"},
        {"itself", "evil"},
        {"the folder it lies in", "."},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        TemporaryFolder target;
        source_.write("index.html", "x");
        link(row.to, "evil");

        const auto done = copy_site(source_.path(), target.path(), {});

        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, Errc::invalid_argument);
        EXPECT_THAT(done.error().message, HasSubstr("`evil` is a link"));
        EXPECT_EQ(done.error().message.find(outside.path().string()), std::string::npos);
        fs::remove(source_.path() / "evil");
    }
}

TEST_F(SiteCopyTest, RefusesALoopOfFolders) {
    source_.write("a/b/index.html", "x");
    link("..", "a/b/up");

    EXPECT_FALSE(copy());
}

TEST_F(SiteCopyTest, NeverOpensPipesSocketsAndDevices) {
    source_.write("index.html", "x");
    ASSERT_EQ(::mkfifo((source_.path() / "pipe").c_str(), 0600), 0);

    // A pipe without a writer would hold whoever opens it for ever.
    const auto done = copy();

    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message, HasSubstr("`pipe` is neither a file nor a folder"));

    fs::remove(source_.path() / "pipe");
    const auto socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (source_.path() / "socket").string().copy(&address.sun_path[0], sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    TemporaryFolder second;
    EXPECT_FALSE(copy_site(source_.path(), second.path(), {}));
    ::close(socket);
}

TEST_F(SiteCopyTest, KeepsItsLimits) {
    for (int i = 0; i < 10; ++i) source_.write("f" + std::to_string(i), std::string(1000, 'x'));

    EXPECT_EQ(copy({.files = 9}).error().code, Errc::too_large);
    TemporaryFolder second;
    EXPECT_EQ(copy_site(source_.path(), second.path(), {.bytes = 9999}).error().code, Errc::too_large);
    TemporaryFolder third;
    EXPECT_TRUE(copy_site(source_.path(), third.path(), {.files = 10, .bytes = 10'000}));
}

TEST_F(SiteCopyTest, RefusesAHugeSparseFileWithoutReadingIt) {
    source_.write("index.html", "x");
    fs::resize_file(source_.path() / "index.html", std::uint64_t{1} << 40);

    EXPECT_EQ(copy().error().code, Errc::too_large);
}

TEST_F(SiteCopyTest, RefusesWhatIsTooDeep) {
    std::string path = "x";
    for (int i = 0; i < 5; ++i) path = "d/" + path;
    source_.write(path, "x");

    EXPECT_EQ(copy({.depth = 4}).error().code, Errc::invalid_argument);
    TemporaryFolder second;
    EXPECT_TRUE(copy_site(source_.path(), second.path(), {.depth = 5}));
}

TEST_F(SiteCopyTest, RefusesASourceThatIsEmptyMissingOrALink) {
    EXPECT_EQ(copy().error().reason, "site_empty");
    EXPECT_EQ(copy_site(source_.path() / "missing", target_.path(), {}).error().reason, "site_missing");
    fs::create_directory_symlink("/etc", source_.path() / "link");
    EXPECT_EQ(copy_site(source_.path() / "link", target_.path(), {}).error().reason, "site_missing");
}

TEST_F(SiteCopyTest, KeepsOddNames) {
    source_.write("a b\n\xFF.html", "odd");

    ASSERT_TRUE(copy());
    EXPECT_EQ(copied("a b\n\xFF.html"), "odd");
}

}  // namespace
}  // namespace flux::previews
