#pragma once

#include <string_view>
#include <vector>

#include "logs/masks.hpp"

namespace flux::logs {

/// Appends the places in one line of text that look like a secret whatever its value, in the order of their beginnings;
/// they may overlap. Linear in `text`. Found are
///
/// - tokens by the form that their maker gave them: GitHub (classic, fine-grained, and the long stateless ones), npm,
///   GitLab, PyPI, AWS key ids, Slack, Google, Stripe, SendGrid, Hugging Face, Anthropic and OpenAI, DigitalOcean,
///   Docker, Netlify, Shopify, age keys, and JSON Web Tokens. Where the form carries a checksum (GitHub, npm), a text
///   that breaks it is still taken for a token, unless it plainly stands for one (`ghp_xxxxxxxx…`).
/// - what stands where a secret belongs: passwords in URLs, signatures and tokens in their queries, Slack's web hooks,
///   `Authorization` headers, and behind their names the keys of AWS, its session tokens, the keys of Azure's storage
///   and buses, and `_authToken` of npm.
///
/// A name before the secret stays where it says what it was: `https://user:***@host/`.
void find_secret_shapes(std::string_view text, std::vector<HiddenRange>& found);

/// Follows the lines of a log through private keys in PEM armour (RFC 7468) and OpenPGP's.
///
/// What lies between `-----BEGIN … PRIVATE KEY…-----` and its end is hidden, whether it comes over many lines or in one
/// with escaped line feeds. A line that can't belong to a key ends the search, so that a stray beginning hides nothing
/// else; a few such lines may come between, from jobs that write at the same time.
class KeyBlocks {
public:
    /// Appends the places in the next line of the log.
    void find(std::string_view text, std::vector<HiddenRange>& found);

    bool inside() const { return inside_; }
    /// Goes on where another one stopped.
    void resume(bool inside) {
        inside_ = inside;
        foreign_lines_ = 0;
    }

private:
    bool inside_ = false;
    int foreign_lines_ = 0;
};

}  // namespace flux::logs
