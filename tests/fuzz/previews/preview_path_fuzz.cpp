// What a client can write into `Host` and into the path of a preview, against a site on the disk.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "fakes/temporary_folder.hpp"
#include "previews/site_address.hpp"
#include "previews/site_files.hpp"
#include "previews/site_record.hpp"
#include "previews/slug.hpp"

namespace flux::previews {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

/// A site whose every file says `site`, beside and within what must never be shown.
class FuzzedSite {
public:
    FuzzedSite() {
        folder_.write("secret.html", "secret");
        folder_.write("site/index.html", "site");
        folder_.write("site/b.html", "site");
        folder_.write("site/a/index.html", "site");
        folder_.write("site/a/.git/config", "secret");
        folder_.write("site/.env", "secret");
        std::filesystem::create_symlink("../secret.html", path() / "c.html");
        std::filesystem::create_directory_symlink("/", path() / "d");
    }

    std::filesystem::path path() const { return folder_.path() / "site"; }

private:
    TemporaryFolder folder_;
};

void check_path(std::string_view path) {
    static const FuzzedSite site;
    auto found = look_up(site.path(), path);
    if (!found) return;
    if (std::holds_alternative<DirectoryRedirect>(*found)) {
        // It becomes `Location: <path>/`, which must not name another host.
        require(path.size() > 1 && path[0] == '/' && path[1] != '/' && path[1] != '\\' && path.back() != '/');
        return;
    }
    const auto& file = std::get<OpenFile>(*found);
    std::string text(16, '\0');
    const auto got = ::read(file.descriptor.get(), text.data(), text.size());
    require(got == 4 && std::string_view{text}.substr(0, 4) == "site");
}

void check_host(std::string_view host) {
    static const auto public_origin = *WildcardOrigin::parse("https://*.previews.example.com");
    const auto read = read_preview_host(host, public_origin);
    require((read.kind == PreviewHost::Kind::label) == is_label(read.label));
    if (const auto origin = WildcardOrigin::parse(host)) require(is_label(slug_of(host)));
}

void check_record(std::string_view text) {
    const auto site = from_record(text);
    if (!site) return;
    require(is_label(site->id));
    const auto again = from_record(to_record(*site));
    require(again && to_record(*again) == to_record(*site));
}

void check(std::string_view text) {
    check_host(text);
    check_path(text);
    check_record(text);
    require(is_label(slug_of(text)));
}

}  // namespace
}  // namespace flux::previews

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    flux::previews::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
