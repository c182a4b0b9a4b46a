#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace flux::net {

/// An absolute `http` or `https` URL without credentials in it.
class Url {
public:
    /// `invalid_argument` says what is wrong with it.
    static Result<Url> parse(std::string_view text);

    const std::string& text() const { return text_; }
    const std::string& scheme() const { return scheme_; }  ///< lower case
    const std::string& host() const { return host_; }      ///< lower case, IPv6 in brackets
    std::uint16_t port() const { return port_; }           ///< the scheme's own where none is given

    /// `https://host:port`, for comparing.
    std::string origin() const;

    /// What `reference`, e.g. a `Location`, means seen from here.
    Result<Url> resolved(std::string_view reference) const;

private:
    std::string text_;
    std::string scheme_;
    std::string host_;
    std::uint16_t port_ = 0;
};

/// Everything but unreserved characters (RFC 3986) as `%XX`: for one segment of a path or one value of a query.
std::string percent_encoded(std::string_view text);

}  // namespace flux::net
