#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "async/task.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "providers/github/request_fields.hpp"

namespace flux::net {
class HttpClient;
}

namespace flux::providers::github {

class GithubClock;

/// Where the token comes from that requests carry. Nothing about a token's length or form is assumed. Used on the
/// background's thread alone.
class Credentials {
public:
    virtual ~Credentials() = default;

    virtual async::Task<Result<Secret>> token() = 0;

    /// GitHub answered 401 to `token`. Whether another one may be had at once.
    virtual bool refused(const Secret& token) = 0;

    /// For people: `a token`, `the token in a file`, `GitHub App 123`.
    virtual std::string kind() const = 0;
};

/// A token that never changes, e.g. GITHUB_TOKEN.
std::unique_ptr<Credentials> fixed_token(Secret token);

/// A token in a file, which is read again when the file changed: for tokens that something else renews.
std::unique_ptr<Credentials> token_in_file(std::filesystem::path file);

struct AppIdentity {
    std::string app_id;           ///< or its client id
    Secret key;                   ///< PEM, RSA
    std::string installation_id;  ///< empty: that of the repository
    std::string repository;       ///< `owner/name`: all that the installation's token is good for
    ApiVersion version = ApiVersion::of_2022;
};

/// Tokens of a GitHub App's installation: made with the App's key, renewed ten minutes before they end by GitHub's
/// clock, and once when one is refused (docs.github.com, "Authenticating as a GitHub App installation"). `http` and
/// `clock` outlive it.
std::unique_ptr<Credentials> app_installation(AppIdentity app, std::string api_url, net::HttpClient& http,
                                              GithubClock& clock);

}  // namespace flux::providers::github
