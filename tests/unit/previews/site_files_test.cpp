#include "previews/site_files.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>

#include "fakes/temporary_folder.hpp"

namespace flux::previews {
namespace {

class SiteFilesTest : public testing::Test {
protected:
    SiteFilesTest() {
        site_.write("index.html", "root");
        site_.write("page.html", "page");
        site_.write("dir/index.html", "dir");
        site_.write("dir/a b.txt", "blank");
        site_.write("bare/file.txt", "file");
        site_.write("both.html", "both page");
        site_.write("both/index.html", "both folder");
        site_.write(".env", "secret");
        site_.write(".well-known/security.txt", "contact");
    }

    /// `200 <text>`, `404 <text>`, `redirect`, or `nothing`.
    std::string shown(std::string_view path) const {
        auto found = look_up(site_.path(), path);
        if (!found) return "nothing";
        if (std::holds_alternative<DirectoryRedirect>(*found)) return "redirect";
        const auto& file = std::get<OpenFile>(*found);
        std::string text(file.size, '\0');
        EXPECT_EQ(::read(file.descriptor.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
        return (file.is_error_page ? "404 " : "200 ") + text;
    }

    TemporaryFolder site_;
};

TEST_F(SiteFilesTest, FollowTheRulesOfPages) {
    struct Row {
        const char* path;
        const char* shown;
    };
    constexpr std::array rows{
        Row{"/", "200 root"},
        Row{"/index.html", "200 root"},
        Row{"/page.html", "200 page"},
        Row{"/page", "200 page"},
        Row{"/page/", "nothing"},
        Row{"/dir", "redirect"},
        Row{"/dir/", "200 dir"},
        Row{"/dir/a b.txt", "200 blank"},
        Row{"/bare", "nothing"},
        Row{"/bare/", "nothing"},
        Row{"/both", "200 both page"},
        Row{"/both/", "200 both folder"},
        Row{"/index.html/", "nothing"},
        Row{"/missing", "nothing"},
        Row{"/.well-known/security.txt", "200 contact"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.path);
        EXPECT_EQ(shown(row.path), row.shown);
    }
}

TEST_F(SiteFilesTest, ShowTheSitesOwnErrorPage) {
    site_.write("404.html", "lost");

    EXPECT_EQ(shown("/missing"), "404 lost");
    EXPECT_EQ(shown("/.env"), "404 lost");
    EXPECT_EQ(shown("/../x"), "404 lost");
}

TEST_F(SiteFilesTest, NeverShowWhatIsHiddenOrOutside) {
    for (const auto* path : {"",
                             "page",
                             "/.env",
                             "/.env.html",
                             "/.",
                             "/..",
                             "/../",
                             "/dir/..",
                             "/dir/../page.html",
                             "/dir/./index.html",
                             "//",
                             "//dir",
                             "/dir//",
                             "/dir//index.html",
                             "/dir\\index.html",
                             "/..\\x",
                             "/dir/.hidden",
                             "/page\n",
                             "/\x7F",
                             "/.well-known/../.env",
                             "/.well-known.html",
                             "/../../../../../../etc/passwd"}) {
        EXPECT_EQ(shown(path), "nothing") << path;
    }
    EXPECT_EQ(shown(std::string_view{"/page.html\0", 11}), "nothing");
    EXPECT_EQ(shown("/" + std::string(5000, 'a')), "nothing");
    EXPECT_EQ(shown("/" + std::string(300, 'a')), "nothing");
}

TEST_F(SiteFilesTest, NeverFollowALinkNorOpenAPipe) {
    std::filesystem::create_symlink("page.html", site_.path() / "link.html");
    std::filesystem::create_directory_symlink("/etc", site_.path() / "etc");
    ASSERT_EQ(::mkfifo((site_.path() / "pipe.html").c_str(), 0600), 0);

    EXPECT_EQ(shown("/link.html"), "nothing");
    EXPECT_EQ(shown("/etc/passwd"), "nothing");
    EXPECT_EQ(shown("/pipe.html"), "nothing");
    EXPECT_EQ(shown("/pipe"), "nothing");
}

TEST_F(SiteFilesTest, ShowNothingWithoutTheFolder) { EXPECT_FALSE(look_up(site_.path() / "missing", "/")); }

}  // namespace
}  // namespace flux::previews
