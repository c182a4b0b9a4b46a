#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace flux::previews {

/// FLUX_PREVIEW_PUBLIC_URL: where previews are seen from elsewhere, `https://*.previews.example.com`.
class WildcardOrigin {
public:
    /// `invalid_argument` says what it has to look like.
    static Result<WildcardOrigin> parse(std::string_view text);

    std::string url_of(std::string_view label) const;
    const std::string& suffix() const { return suffix_; }

private:
    std::string scheme_;
    std::string suffix_;  ///< `.previews.example.com`, lower case
    std::string port_;    ///< `:8443`, or empty
};

/// The URLs of previews, and the way back from a `Host` to a label.
class SiteAddresses {
public:
    explicit SiteAddresses(std::uint16_t port, std::optional<WildcardOrigin> public_origin = {});

    /// `http://<label>.localhost:8788/`, or the public form. For a site's id and for a branch's slug.
    std::string url_of(std::string_view label) const;

    /// `http://127.0.0.1:8788/p/<id>/`; empty when previews are seen from elsewhere.
    std::string path_url_of(std::string_view id) const;

private:
    std::uint16_t port_;
    std::optional<WildcardOrigin> public_origin_;
};

/// What a `Host` header asks a preview port for.
struct PreviewHost {
    enum class Kind { label, by_path, foreign } kind;
    std::string label = {};  ///< of `label`
};

/// `abc.localhost:8788` is the label `abc`; a loopback name or address asks by path; all else is foreign. The port
/// isn't looked at, so that a forwarded port works.
PreviewHost read_preview_host(std::string_view host, const std::optional<WildcardOrigin>& public_origin = {});

}  // namespace flux::previews
