#include "app/setting_sources.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

#include "app/known_settings.hpp"
#include "base/text.hpp"

namespace flux::app {

namespace {

constexpr std::string_view file_suffix = "_FILE";
constexpr std::size_t longest_secret_file = 64 * 1024;
// What clients of the server keep in the environment under our prefix.
constexpr std::string_view of_clients = "FLUX_TOKEN";

using FoundByKey = std::map<std::string, Found>;

std::string did_you_mean(std::string_view name, const std::vector<std::string>& names) {
    const auto near = nearest(name, names, 1);
    return near.empty() ? std::string{"Take it out."} : fmt::format("Did you mean {}? Otherwise take it out.", near[0]);
}

void refuse_later(const KnownSetting& setting, const std::string& place, std::vector<Mistake>& mistakes) {
    mistakes.push_back({place, fmt::format("this build does not have {} yet", setting.later),
                        fmt::format("Take {} out.", setting.variable)});
}

std::optional<std::string> secret_from(const std::filesystem::path& path, const std::string& place,
                                       std::vector<Mistake>& mistakes) {
    std::ifstream file{path, std::ios::binary};
    std::string content(longest_secret_file, '\0');
    if (file) file.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file && !file.eof()) {
        mistakes.push_back({place, fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)),
                            "Give a file that this user can read."});
        return std::nullopt;
    }
    content.resize(static_cast<std::size_t>(file.gcount()));
    const auto secret = trimmed(content);
    if (!secret.empty()) return std::string{secret};
    mistakes.push_back({place, fmt::format("{} is empty", path.string()), "Write the secret into it."});
    return std::nullopt;
}

void add_environment(const std::map<std::string, std::string>& environment, FoundByKey& found,
                     std::vector<Mistake>& mistakes) {
    for (const auto& [name, value] : environment) {
        if (value.empty() || name == of_clients) continue;
        const auto place = name + " in the environment";
        const auto* setting = find_variable(name);
        const bool names_file = setting == nullptr && std::string_view{name}.ends_with(file_suffix);
        if (names_file) {
            setting = find_variable(std::string_view{name}.substr(0, name.size() - file_suffix.size()));
            if (setting != nullptr && !setting->secret) setting = nullptr;
        }
        if (setting == nullptr) {
            if (name.starts_with("FLUX_")) {
                mistakes.push_back({place, "no such setting", did_you_mean(name, variable_names())});
            }
            continue;
        }
        if (!setting->later.empty()) {
            refuse_later(*setting, place, mistakes);
            continue;
        }
        auto secret = names_file ? secret_from(value, place, mistakes) : std::optional{value};
        if (!secret) continue;
        const auto [there, is_new] = found.try_emplace(std::string{setting->key}, Found{*std::move(secret), place});
        if (!is_new && there->second.place.ends_with("in the environment")) {
            mistakes.push_back({place, fmt::format("{} is set, too", setting->variable), "Keep one of the two."});
        }
    }
}

/// A value of the file as text: lists become what the environment would say.
std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    if (const auto* list = node.as_array()) {
        std::string joined;
        for (const auto& element : *list) {
            const auto* text = element.as_string();
            if (text == nullptr) return std::nullopt;
            if (!joined.empty()) joined += ',';
            joined += text->get();
        }
        return joined;
    }
    return std::nullopt;
}

void add_file(const std::filesystem::path& path, FoundByKey& found, std::vector<Mistake>& mistakes) {
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        mistakes.push_back({"--config", fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)),
                            "Give a TOML file that this user can read."});
        return;
    }
    std::stringstream content;
    content << file.rdbuf();
    const auto place_of = [&path](const toml::source_position& at) {
        return fmt::format("{}:{}:{}", path.filename().string(), at.line, at.column);
    };
    toml::table table;
    try {
        table = toml::parse(content.str());
    } catch (const toml::parse_error& error) {
        mistakes.push_back(
            {place_of(error.source().begin), std::string{error.description()}, "Write it as TOML: key = value."});
        return;
    }
    for (const auto& [name, node] : table) {
        const auto place = place_of(node.source().begin);
        const auto* setting = find_key(name.str());
        if (setting == nullptr) {
            mistakes.push_back(
                {place, fmt::format("no such setting: {}", name.str()), did_you_mean(name.str(), key_names())});
            continue;
        }
        if (!setting->later.empty()) {
            refuse_later(*setting, place, mistakes);
            continue;
        }
        auto value = text_of(node);
        if (!value) {
            mistakes.push_back({place,
                                fmt::format("{} has to be text, a number, true, false or a list of text", name.str()),
                                "Write it so."});
            continue;
        }
        found.try_emplace(std::string{setting->key}, Found{*std::move(value), place});
    }
}

}  // namespace

std::string to_text(const std::vector<Mistake>& mistakes) {
    auto text = fmt::format("flux-mcp cannot start: {} in the configuration.\n",
                            mistakes.size() == 1 ? "one mistake" : fmt::format("{} mistakes", mistakes.size()));
    for (const auto& mistake : mistakes) {
        text += fmt::format("  {}: {}. {}\n", mistake.place, mistake.what, mistake.cure);
    }
    return text;
}

Sources process_sources() {
    Sources sources;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text{*entry};
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    std::error_code error;
    sources.working_directory = std::filesystem::current_path(error);
    return sources;
}

std::map<std::string, Found> gather(const Sources& sources, std::vector<Mistake>& mistakes) {
    FoundByKey found;
    for (const auto& [key, value] : sources.flags) {
        auto flag = "--" + key;
        for (auto& c : flag) c = c == '_' ? '-' : c;
        found.emplace(key, Found{value, std::move(flag)});
    }
    add_environment(sources.environment, found, mistakes);
    if (sources.file) add_file(*sources.file, found, mistakes);
    return found;
}

}  // namespace flux::app
