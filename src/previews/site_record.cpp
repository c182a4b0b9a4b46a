#include "previews/site_record.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>

#include "base/text.hpp"
#include "previews/slug.hpp"

namespace flux::previews {

namespace {

/// Branch names come from outside; whatever they hold, a record keeps its lines.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c > ' ' && c <= '~' && c != '%') {
            out += c;
        } else {
            out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    return std::nullopt;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.front() != '%') {
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 3) return std::nullopt;
        const auto high = hex_digit(text[1]);
        const auto low = hex_digit(text[2]);
        if (!high || !low) return std::nullopt;
        out += static_cast<char>(*high * 16 + *low);
        text.remove_prefix(3);
    }
    return out;
}

std::int64_t microseconds(WallTime time) { return time.time_since_epoch().count(); }

std::optional<SiteState> state_from(std::string_view name) {
    for (const auto state : {SiteState::served, SiteState::expired, SiteState::removed}) {
        if (name == name_of(state)) return state;
    }
    return std::nullopt;
}

}  // namespace

std::string to_record(const Site& site) {
    auto out =
        fmt::format("id {}\nrun {}\nattempt {}\nbranch {}\nstarted {}\npublished {}\nfiles {}\nbytes {}\nstate {}\n",
                    site.id, site.run_id, site.attempt, escaped(site.branch), microseconds(site.started_at),
                    microseconds(site.published_at), site.files, site.bytes, name_of(site.state));
    if (site.expires_at) out += fmt::format("expires {}\n", microseconds(*site.expires_at));
    // The last line says that the record is whole.
    return out + "end\n";
}

std::optional<Site> from_record(std::string_view text) {
    if (!text.ends_with("\nend\n")) return std::nullopt;
    std::map<std::string_view, std::string_view> values;
    for (const auto line : split(text, '\n')) {
        if (const auto blank = line.find(' '); blank != std::string_view::npos) {
            values.emplace(line.substr(0, blank), line.substr(blank + 1));
        }
    }
    const auto number = [&](std::string_view name) { return to_integer(values[name]); };
    const auto run = number("run");
    const auto attempt = number("attempt");
    const auto started = number("started");
    const auto published = number("published");
    const auto files = number("files");
    const auto bytes = number("bytes");
    const auto state = state_from(values["state"]);
    auto branch = unescaped(values["branch"]);
    if (!run || !attempt || !started || !published || !files || !bytes || !state || !branch) return std::nullopt;
    if (*files < 0 || *bytes < 0 || !looks_like_site_id(values["id"]) || !is_label(values["id"])) return std::nullopt;

    Site site;
    site.id = values["id"];
    site.run_id = *run;
    site.attempt = static_cast<int>(*attempt);
    site.branch = *std::move(branch);
    site.started_at = WallTime{std::chrono::microseconds{*started}};
    site.published_at = WallTime{std::chrono::microseconds{*published}};
    site.files = static_cast<std::uint64_t>(*files);
    site.bytes = static_cast<std::uint64_t>(*bytes);
    site.state = *state;
    if (const auto expires = number("expires")) site.expires_at = WallTime{std::chrono::microseconds{*expires}};
    return site;
}

}  // namespace flux::previews
