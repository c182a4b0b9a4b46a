#include "net/url.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "base/text.hpp"

namespace flux::net {

namespace {

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

constexpr std::size_t longest_url = std::size_t{16} * 1024;

std::string part(CURLU* url, CURLUPart which, unsigned int flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    std::string result{text};
    curl_free(text);
    return result;
}

Error wrong(std::string_view text, std::string_view why) {
    return {Errc::invalid_argument, fmt::format("\"{}\" is not a usable URL: {}.", shortened(to_utf8(text), 120), why)};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
    if (text.size() > longest_url) return fail(wrong(text, "it is too long"));
    if (text.find('\0') != std::string_view::npos) return fail(wrong(text, "it holds a NUL"));
    const Handle handle{curl_url(), &curl_url_cleanup};
    const auto code = curl_url_set(handle.get(), CURLUPART_URL, std::string{text}.c_str(), CURLU_NON_SUPPORT_SCHEME);
    if (code != CURLUE_OK) return fail(wrong(text, ascii_lower(curl_url_strerror(code))));

    Url url;
    url.scheme_ = ascii_lower(part(handle.get(), CURLUPART_SCHEME));
    if (url.scheme_ != "http" && url.scheme_ != "https")
        return fail(wrong(text, "it begins with neither http nor https"));
    if (!part(handle.get(), CURLUPART_USER).empty() || !part(handle.get(), CURLUPART_PASSWORD).empty()) {
        return fail(Errc::invalid_argument, "A URL with a user name or password in it is not accepted.");
    }
    url.host_ = ascii_lower(part(handle.get(), CURLUPART_HOST));
    const auto port = to_integer(part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
    if (url.host_.empty() || !port) return fail(wrong(text, "it names no host"));
    url.port_ = static_cast<std::uint16_t>(*port);
    url.text_ = part(handle.get(), CURLUPART_URL);
    return url;
}

std::string Url::origin() const { return fmt::format("{}://{}:{}", scheme_, host_, port_); }

Result<Url> Url::resolved(std::string_view reference) const {
    if (reference.size() > longest_url) return fail(wrong(reference, "it is too long"));
    const Handle handle{curl_url(), &curl_url_cleanup};
    curl_url_set(handle.get(), CURLUPART_URL, text_.c_str(), 0);
    const auto code =
        curl_url_set(handle.get(), CURLUPART_URL, std::string{reference}.c_str(), CURLU_NON_SUPPORT_SCHEME);
    if (code != CURLUE_OK) return fail(wrong(reference, ascii_lower(curl_url_strerror(code))));
    return parse(part(handle.get(), CURLUPART_URL));
}

std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
        if (plain) {
            result += character;
        } else {
            result += '%';
            result += digits[byte >> 4U];
            result += digits[byte & 15U];
        }
    }
    return result;
}

}  // namespace flux::net
