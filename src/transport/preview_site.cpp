#include "transport/preview_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "previews/slug.hpp"
#include "transport/byte_range.hpp"

namespace flux::transport {

namespace {

constexpr std::string_view path_prefix = "/p/";

/// Which site is meant, and what of it.
struct Wanted {
    std::string label;
    std::string path;  ///< within the site
    bool by_path = false;
};

/// Browsers and crawlers are told the same about every answer of this port.
void append_common_fields(HttpResponse& response, bool by_path) {
    response.fields.emplace_back("X-Content-Type-Options", "nosniff");
    response.fields.emplace_back("Referrer-Policy", "no-referrer");
    response.fields.emplace_back("X-Robots-Tag", "noindex");
    response.fields.emplace_back("Cache-Control", "no-cache");
    if (by_path) {
        // Cookies ignore ports, so this form shares its host's cookies with the UI unless it is an origin of its own.
        // Such an origin is foreign to its own files, which is why they are open to others; their id can't be guessed.
        response.fields.emplace_back("Content-Security-Policy", "sandbox allow-scripts");
        response.fields.emplace_back("Cross-Origin-Resource-Policy", "cross-origin");
        response.fields.emplace_back("Access-Control-Allow-Origin", "*");
    } else {
        response.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    }
}

HttpResponse plain_page(int status, std::string_view text, bool by_path = false) {
    HttpResponse response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::string{text} + "\n";
    append_common_fields(response, by_path);
    return response;
}

/// `path` as a URL holds it. Everything but what can't be mistaken is encoded.
std::string percent_encoded(std::string_view path) {
    std::string out;
    for (const char c : path) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              std::string_view{"-._~/"}.find(c) != std::string_view::npos;
        if (is_plain) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

HttpResponse redirect_to_folder(const HttpRequest& request, bool by_path) {
    auto location = percent_encoded(request.path) + "/";
    if (!request.query.empty()) location += "?" + request.query;
    auto response = plain_page(301, "The page is at " + location, by_path);
    response.fields.emplace_back("Location", std::move(location));
    return response;
}

HttpResponse gone_page(const previews::Site& site, bool by_path) {
    const auto text = site.state == previews::SiteState::expired
                          ? "This preview has expired. Start a new run of its branch to see it again."
                          : "This preview has been removed. Start a new run of its branch to see it again.";
    return plain_page(410, text, by_path);
}

std::string etag_of(const previews::Site& site, const previews::OpenFile& file) {
    // A site never changes, so that its id and the file's number stand for the bytes.
    return fmt::format("\"{}-{:x}-{:x}\"", site.id, file.number, file.size);
}

HttpResponse send(const HttpRequest& request, const previews::Site& site, previews::OpenFile file, bool by_path) {
    HttpResponse response;
    response.status = file.is_error_page ? 404 : 200;
    response.content_type = file.type.name;
    append_common_fields(response, by_path);
    if (!file.type.is_known) response.fields.emplace_back("Content-Disposition", "attachment");

    ByteRange range{ByteRange::Kind::whole, 0, file.size};
    if (!file.is_error_page) {
        const auto etag = etag_of(site, file);
        response.fields.emplace_back("ETag", etag);
        response.fields.emplace_back("Accept-Ranges", "bytes");
        const auto known = request.field("if-none-match");
        if (known && matches_etag(*known, etag)) {
            response.status = 304;
            return response;
        }
        const auto unless_changed = request.field("if-range");
        // Ranges are defined for GET alone.
        if (request.method == "GET" && (!unless_changed || *unless_changed == etag)) {
            range = read_byte_range(request.field("range"), file.size);
        }
    }
    if (range.kind == ByteRange::Kind::unsatisfiable) {
        response = plain_page(416, "The file has no such bytes.", by_path);
        response.fields.emplace_back("Content-Range", fmt::format("bytes */{}", file.size));
        return response;
    }
    if (range.kind == ByteRange::Kind::part) {
        response.status = 206;
        const auto last = range.offset + range.length - 1;
        response.fields.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range.offset, last, file.size));
    }
    response.file = FileBody{FileHandle{file.descriptor.release()}, range.offset, range.length};
    return response;
}

/// Of `/p/<id>/rest`; nothing if the path isn't of that form.
std::optional<Wanted> wanted_by_path(const HttpRequest& request) {
    if (!request.path.starts_with(path_prefix)) return std::nullopt;
    const auto slash = request.path.find('/', path_prefix.size());
    Wanted wanted;
    wanted.by_path = true;
    wanted.label = request.path.substr(0, slash).substr(path_prefix.size());
    if (slash != std::string::npos) wanted.path = request.path.substr(slash);
    // Ids only: a branch's slug can be guessed, and this form is open to pages of other origins.
    if (!previews::is_label(wanted.label) || !previews::looks_like_site_id(wanted.label)) return std::nullopt;
    return wanted;
}

}  // namespace

PreviewSite::PreviewSite(const previews::SiteStore& store, async::BlockingPool& pool,
                         std::optional<previews::WildcardOrigin> public_origin)
    : BlockingHandler{pool}, store_{store}, public_origin_{std::move(public_origin)} {}

HttpResponse PreviewSite::handle(const HttpRequest& request) {
    auto host = previews::read_preview_host(request.host, public_origin_);
    if (host.kind == previews::PreviewHost::Kind::foreign) {
        return plain_page(421, "This port serves previews by their own names only.");
    }
    if (request.method != "GET" && request.method != "HEAD") {
        auto response = plain_page(405, "Previews can only be read.");
        response.fields.emplace_back("Allow", "GET, HEAD");
        return response;
    }

    std::optional<Wanted> wanted;
    if (host.kind == previews::PreviewHost::Kind::label) {
        wanted = Wanted{std::move(host.label), request.path, false};
    } else {
        wanted = wanted_by_path(request);
    }
    if (!wanted) return plain_page(404, "Previews are at /p/<id>/ and at http://<id>.localhost, each with its own id.");
    const auto site = store_.find(wanted->label);
    if (!site) return plain_page(404, "There is no such preview.", wanted->by_path);
    if (site->state != previews::SiteState::served) return gone_page(*site, wanted->by_path);
    if (wanted->path.empty()) return redirect_to_folder(request, wanted->by_path);

    auto found = store_.open_file(*site, wanted->path);
    if (!found) {
        const int status = found.error().code == Errc::not_found ? 404 : 503;
        return plain_page(status, found.error().message, wanted->by_path);
    }
    if (std::holds_alternative<previews::DirectoryRedirect>(*found))
        return redirect_to_folder(request, wanted->by_path);
    return send(request, *site, std::get<previews::OpenFile>(std::move(*found)), wanted->by_path);
}

}  // namespace flux::transport
