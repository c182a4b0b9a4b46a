#include "app/read_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "net/url.hpp"
#include "providers/github/github_options.hpp"
#include "tools/policy.hpp"

namespace flux::app {

namespace {

namespace fs = std::filesystem;

/// Takes settings out of what was found, one after the other, and notes what is wrong with them.
class Reader {
public:
    explicit Reader(const Sources& sources) : sources_{sources}, found_{gather(sources, mistakes_)} {}

    const Found* find(const std::string& key) const {
        const auto found = found_.find(key);
        return found == found_.end() ? nullptr : &found->second;
    }

    void note(const std::string& place, std::string what, std::string cure) {
        mistakes_.push_back({place, std::move(what), std::move(cure)});
    }

    void number(const std::string& key, std::int64_t least, std::int64_t most, auto& into) {
        const auto* found = find(key);
        if (found == nullptr) return;
        const auto value = to_integer(trimmed(found->value));
        if (!value || *value < least || *value > most) {
            note(found->place, fmt::format("\"{}\" is not a number from {} to {}", shown(*found), least, most),
                 "Give such a number, or take it out.");
            return;
        }
        into = static_cast<std::remove_reference_t<decltype(into)>>(*value);
    }

    void text(const std::string& key, std::string& into) {
        if (const auto* found = find(key)) into = std::string{trimmed(found->value)};
    }

    void flag(const std::string& key, bool& into) {
        const auto* found = find(key);
        if (found == nullptr) return;
        const auto value = ascii_lower(trimmed(found->value));
        if (value == "true" || value == "1" || value == "yes" || value == "on") {
            into = true;
        } else if (value == "false" || value == "0" || value == "no" || value == "off") {
            into = false;
        } else {
            note(found->place, fmt::format("\"{}\" is neither yes nor no", shown(*found)), "Give true or false.");
        }
    }

    template <class Value>
    void choice(const std::string& key, std::initializer_list<std::pair<std::string_view, Value>> choices,
                Value& into) {
        const auto* found = find(key);
        if (found == nullptr) return;
        std::string names;
        for (const auto& [name, value] : choices) {
            if (trimmed(found->value) == name) {
                into = value;
                return;
            }
            names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
        }
        note(found->place, fmt::format("\"{}\" is none of {}", shown(*found), names), "Give one of them.");
    }

    /// What `parse` makes of the value; its error becomes the mistake.
    template <class Parse>
    void parsed(const std::string& key, const Parse& parse, auto& into) {
        const auto* found = find(key);
        if (found == nullptr) return;
        auto value = parse(trimmed(found->value));
        if (!value) {
            note(found->place, without_period(value.error().message), "Put it right, or take it out.");
            return;
        }
        into = *std::move(value);
    }

    template <class Parse>
    void list(const std::string& key, const Parse& parse, auto& into) {
        const auto* found = find(key);
        if (found == nullptr) return;
        for (const auto piece : split(found->value, ',')) {
            if (trimmed(piece).empty()) continue;
            auto value = parse(trimmed(piece));
            if (value) {
                into.push_back(*std::move(value));
            } else {
                note(found->place, without_period(value.error().message), "Put it right, or take it out.");
            }
        }
    }

    const Sources& sources() const { return sources_; }
    std::vector<Mistake> mistakes() && { return std::move(mistakes_); }

private:
    static std::string shown(const Found& found) { return shortened(found.value, 60); }
    static std::string without_period(std::string_view sentence) {
        while (sentence.ends_with('.')) sentence.remove_suffix(1);
        return std::string{sentence};
    }

    const Sources& sources_;
    std::vector<Mistake> mistakes_;
    std::map<std::string, Found> found_;
};

Result<std::string> as_it_is(std::string_view text) { return std::string{text}; }

std::string variable(const Sources& sources, const std::string& name) {
    const auto found = sources.environment.find(name);
    return found == sources.environment.end() ? std::string{} : found->second;
}

fs::path absolute(const Sources& sources, std::string_view path) {
    const fs::path given{path};
    return (given.is_absolute() ? given : sources.working_directory / given).lexically_normal();
}

bool is_repository(const fs::path& path) {
    std::error_code error;
    if (fs::exists(path / ".git", error)) return true;
    return fs::is_regular_file(path / "HEAD", error) && fs::is_directory(path / "objects", error);
}

void read_environment_name(Reader& reader, Settings& settings) {
    // NODE_ENV is the old name; other programs' values of it (`test`) mean development here.
    settings.production = variable(reader.sources(), "NODE_ENV") == "production";
    reader.choice<bool>("env", {{"development", false}, {"production", true}}, settings.production);
}

void read_provider(Reader& reader, Settings& settings) {
    for (const auto* key : {"github_token", "github_owner", "github_repo", "github_app_id"}) {
        if (reader.find(key) != nullptr) settings.provider = ProviderChoice::github;
    }
    reader.choice<ProviderChoice>("provider", {{"github", ProviderChoice::github}, {"local", ProviderChoice::local}},
                                  settings.provider);
}

void read_api_url(Reader& reader, GithubSettings& github) {
    const auto* found = reader.find("github_api_url");
    if (found == nullptr) return;
    const auto url = net::Url::parse(trimmed(found->value));
    if (!url) {
        reader.note(found->place, "it is no URL", "Give e.g. https://api.github.com or https://HOST/api/v3.");
        return;
    }
    if (url->scheme() != "https" && !admission::is_loopback_host(url->host())) {
        reader.note(found->place, "plain http would show the token to everybody on the way", "Give an https URL.");
    }
    github.api_url = url->text();
    while (github.api_url.ends_with('/')) github.api_url.pop_back();
}

/// The characters that GitHub allows in names of owners and repositories.
void read_github_name(Reader& reader, const std::string& key, std::string_view variable_name, std::string& into) {
    reader.text(key, into);
    constexpr std::string_view cure = "Set it, or set FLUX_PROVIDER=local to preview a repository on this machine.";
    const auto fits = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    };
    if (into.empty()) {
        reader.note(std::string{variable_name}, "the GitHub provider needs it", std::string{cure});
    } else if (into.size() > 100 || into == "." || into == ".." || !std::ranges::all_of(into, fits)) {
        reader.note(reader.find(key)->place, fmt::format("\"{}\" is no name that GitHub allows", shortened(into, 60)),
                    "Give the part of the repository's address, without slashes.");
    }
}

void read_github_credentials(Reader& reader, GithubSettings& github) {
    const auto secret = [&reader](const std::string& key, Secret& into) {
        if (const auto* found = reader.find(key)) into = Secret{std::string{trimmed(found->value)}};
    };
    secret("github_token", github.token);
    secret("github_app_key", github.app_key);
    secret("webhook_secret", github.webhook_secret);
    reader.text("github_app_id", github.app_id);
    reader.text("github_installation_id", github.installation_id);
    const auto file = variable(reader.sources(), "GITHUB_TOKEN_FILE");
    if (!file.empty()) github.token_file = absolute(reader.sources(), file);
    const bool app = !github.app_id.empty() || !github.app_key.empty();
    if (app && (github.app_id.empty() || github.app_key.empty())) {
        reader.note(github.app_id.empty() ? "FLUX_GITHUB_APP_ID" : "FLUX_GITHUB_APP_KEY",
                    "a GitHub App needs both its id and its key",
                    "Set both FLUX_GITHUB_APP_ID and FLUX_GITHUB_APP_KEY_FILE.");
    } else if (!app && github.token.empty() && !github.token_file) {
        reader.note("GITHUB_TOKEN", "the GitHub provider needs a token or a GitHub App",
                    "Set GITHUB_TOKEN, GITHUB_TOKEN_FILE, or FLUX_GITHUB_APP_ID with FLUX_GITHUB_APP_KEY_FILE; or set "
                    "FLUX_PROVIDER=local to preview a repository on this machine.");
    }
    for (const char c : github.token.reveal()) {
        if (static_cast<unsigned char>(c) > ' ' && c != '\x7f') continue;
        reader.note(reader.find("github_token")->place, "a token has no blanks or line breaks in it", "Copy it again.");
        break;
    }
}

void read_github(Reader& reader, Settings& settings) {
    auto& github = settings.github;
    read_api_url(reader, github);
    read_github_name(reader, "github_owner", "GITHUB_OWNER", github.owner);
    read_github_name(reader, "github_repo", "GITHUB_REPO", github.repository);
    read_github_credentials(reader, github);
    if (reader.find("probe_private_addresses") != nullptr) {
        bool allowed = false;
        reader.flag("probe_private_addresses", allowed);
        github.probe_private_addresses = allowed;
    }
    const auto pattern = [](std::string_view text) { return providers::github::preview_url_pattern(text); };
    reader.parsed("preview_url_pattern", pattern, github.preview_url_pattern);
    std::vector<std::string> repositories;
    reader.list("allowed_repos", as_it_is, repositories);
    const auto name = fmt::format("{}/{}", github.owner, github.repository);
    const auto fits = [&name](const std::string& glob) {
        return tools::fits_glob(ascii_lower(glob), ascii_lower(name));
    };
    if (!repositories.empty() && std::ranges::none_of(repositories, fits)) {
        reader.note(reader.find("allowed_repos")->place, fmt::format("it does not allow {}", name),
                    "Add that repository, or name another one with GITHUB_OWNER and GITHUB_REPO.");
    }
}

void read_repository(Reader& reader, Settings& settings) {
    const auto* found = reader.find("repo");
    if (found != nullptr) {
        settings.repository = absolute(reader.sources(), trimmed(found->value));
        if (!is_repository(settings.repository)) {
            reader.note(found->place, fmt::format("there is no git repository at {}", settings.repository.string()),
                        "Give the folder that holds .git, or a bare repository.");
        }
        return;
    }
    for (auto folder = reader.sources().working_directory; !folder.empty(); folder = folder.parent_path()) {
        if (is_repository(folder)) {
            settings.repository = folder;
            return;
        }
        if (folder == folder.parent_path()) break;
    }
    reader.note("FLUX_REPO", "no repository is named, and this folder is in none",
                "Set FLUX_REPO (or --repo) to a git repository.");
}

void read_state_directory(Reader& reader, Settings& settings) {
    if (const auto* found = reader.find("state_dir")) {
        settings.state_directory = absolute(reader.sources(), trimmed(found->value));
        return;
    }
    const auto state_home = variable(reader.sources(), "XDG_STATE_HOME");
    const auto home = variable(reader.sources(), "HOME");
    if (!state_home.empty() && fs::path{state_home}.is_absolute()) {
        settings.state_directory = fs::path{state_home} / "flux-mcp";
    } else if (!home.empty()) {
        settings.state_directory = fs::path{home} / ".local/state/flux-mcp";
    } else {
        reader.note("FLUX_STATE_DIR", "there is no HOME to keep state in", "Set FLUX_STATE_DIR to a folder.");
    }
}

void read_public_url(Reader& reader, Settings& settings) {
    reader.parsed("public_url", admission::Origin::of_url, settings.public_origin);
    if (!settings.public_origin) return;
    reader.text("public_url", settings.public_url);
    while (settings.public_url.ends_with('/')) settings.public_url.pop_back();
}

void read_tools(Reader& reader, Settings& settings) {
    const auto* found = reader.find("tools");
    if (found == nullptr) return;
    const fs::path folder{trimmed(found->value)};
    if (!folder.is_absolute()) {
        reader.note(found->place, fmt::format("\"{}\" is not an absolute path", folder.string()),
                    "Give the folder from the root on.");
        return;
    }
    settings.tools = folder;
}

/// What runs where a request names no workflow has to be one that a request could name.
void read_allowed_workflows(Reader& reader, Settings& settings) {
    reader.list("allowed_workflows", as_it_is, settings.allowed_workflows);
    const auto fits = [&settings](const std::string& glob) { return tools::fits_glob(glob, settings.workflow_file); };
    if (settings.allowed_workflows.empty() || std::ranges::any_of(settings.allowed_workflows, fits)) return;
    reader.note(reader.find("allowed_workflows")->place,
                fmt::format("it does not allow {}, which runs where a request names no workflow",
                            shortened(settings.workflow_file, 60)),
                "Add that workflow, or name an allowed one with GITHUB_WORKFLOW_FILE.");
}

void refuse_what_is_unsafe(Reader& reader, const Settings& settings) {
    const bool open = settings.tokens.empty();
    const auto* host = reader.find("host");
    constexpr std::string_view make_one =
        "Set it (or MCP_AUTH_TOKEN_FILE) to a long random text, e.g. of "
        "`openssl rand -hex 32`.";
    if (open && settings.production) {
        reader.note("MCP_AUTH_TOKEN", "production needs a token", std::string{make_one});
    } else if (open && !admission::is_loopback_host(settings.host)) {
        reader.note(host == nullptr ? "FLUX_HOST" : host->place,
                    fmt::format("listening on {} is open to other machines and needs a token", settings.host),
                    fmt::format("Set MCP_AUTH_TOKEN, or listen on 127.0.0.1."));
    }
    const auto& url = settings.public_origin;
    if (settings.production && url && url->scheme == "http" && !admission::is_loopback_host(url->authority.host)) {
        reader.note("FLUX_PUBLIC_URL", "production takes requests over https only",
                    "Give the https URL of the proxy in front.");
    }
    if (settings.production && settings.rate_limit == 0) {
        const auto* limit = reader.find("rate_limit");
        reader.note(limit == nullptr ? "FLUX_RATE_LIMIT" : limit->place, "production needs a rate limit",
                    "Give the number of requests that a client may make in 60 seconds.");
    }
    if (settings.port == settings.preview_port) {
        reader.note("FLUX_PREVIEW_PORT", fmt::format("{} is the main port already", settings.port),
                    "Previews need a port of their own: they run other people's scripts.");
    }
}

}  // namespace

SettingsRead read_settings(const Sources& sources) {
    Reader reader{sources};
    Settings settings;
    read_environment_name(reader, settings);
    read_provider(reader, settings);
    if (settings.provider == ProviderChoice::github) {
        read_github(reader, settings);
    } else {
        read_repository(reader, settings);
    }
    read_state_directory(reader, settings);
    read_public_url(reader, settings);
    read_tools(reader, settings);
    reader.choice<bool>("transport", {{"websocket", false}, {"stdio", true}}, settings.stdio);
    reader.text("host", settings.host);
    reader.number("port", 1, 65535, settings.port);
    reader.number("preview_port", 1, 65535, settings.preview_port);
    reader.text("github_workflow_file", settings.workflow_file);
    reader.number("rate_limit", 0, 1'000'000, settings.rate_limit);
    reader.number("ui_rate_limit", 1, 1'000'000, settings.page_rate_limit);
    reader.number("ui_session_seconds", 5, 30 * 24 * 3600, settings.page_session_time);
    reader.list("allowed_origins", admission::Origin::parse, settings.allowed_origins);
    reader.list("trusted_proxies", admission::AddressRange::parse, settings.trusted_proxies);
    reader.list("allowed_branches", as_it_is, settings.allowed_branches);
    read_allowed_workflows(reader, settings);
    reader.parsed("preview_public_url", previews::WildcardOrigin::parse, settings.preview_public_origin);
    reader.flag("read_only", settings.read_only);
    reader.flag("query_tokens", settings.query_tokens);
    reader.flag("strict_tools", settings.strict_tools);
    reader.parsed("log_level", observe::log_level_from, settings.log_level);
    const auto tokens = [](std::string_view text) { return admission::Tokens::parse(Secret{std::string{text}}); };
    reader.parsed("mcp_auth_token", tokens, settings.tokens);

    using mcp::NameStyle;
    reader.choice<NameStyle>("tool_names",
                             {{"auto", NameStyle::automatic}, {"dotted", NameStyle::dotted}, {"safe", NameStyle::safe}},
                             settings.tool_names);
    using Level = providers::local::SandboxSettings::Level;
    reader.choice<Level>("sandbox", {{"auto", Level::automatic}, {"bwrap", Level::bwrap}, {"none", Level::none}},
                         settings.sandbox);
    refuse_what_is_unsafe(reader, settings);
    return {std::move(settings), std::move(reader).mistakes()};
}

}  // namespace flux::app
