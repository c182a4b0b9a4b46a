#include "logs/set_up_facts.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace flux::logs {

namespace {

constexpr std::size_t longest = 120;
constexpr std::size_t most_actions = 200;

std::optional<std::string_view> behind(std::string_view text, std::string_view front) {
    if (!text.starts_with(front)) return std::nullopt;
    return trimmed(text.substr(front.size()));
}

void add_version(SetUpFacts& facts, const std::string& name, const std::string& version) {
    if (!facts.actions.contains(name) && facts.actions.size() == most_actions) return;
    auto& versions = facts.actions[name];
    if (versions.find(version) != std::string::npos || versions.size() > longest) return;
    versions += (versions.empty() ? "" : ", ") + version;
}

/// `'actions/checkout@v4' (SHA:11bd71901bbe5b1630ceea73d27597364c9af683)`, the second part not everywhere.
void read_download(SetUpFacts& facts, std::string_view text) {
    if (!text.starts_with('\'')) return;
    const auto end = text.find('\'', 1);
    const auto at = text.find('@');
    if (end == std::string_view::npos || at == std::string_view::npos || at > end) return;
    const auto name = shortened(text.substr(1, at - 1), longest);
    auto version = shortened(text.substr(at + 1, end - at - 1), longest / 2);
    constexpr std::string_view hash = "(SHA:";
    constexpr std::size_t shown_of_hash = 12;
    if (const auto begin = text.find(hash, end); begin != std::string_view::npos) {
        const auto digits = text.substr(begin + hash.size(), shown_of_hash);
        version += " (" + std::string{digits.substr(0, digits.find(')'))} + ")";
    }
    add_version(facts, name, version);
}

}  // namespace

SetUpFacts read_set_up(const std::vector<Line>& lines) {
    SetUpFacts facts;
    bool in_image = false;
    for (const auto& line : lines) {
        const auto text = trimmed(line.text);
        if (const auto title = behind(text, "##[group]")) {
            if (title->starts_with("Run ")) break;
            in_image = *title == "Runner Image" || *title == "Virtual Environment";
        } else if (text.starts_with("##[endgroup]")) {
            in_image = false;
        } else if (const auto version = behind(text, "Current runner version:")) {
            const auto first = version->find_first_not_of('\'');
            const auto last = version->find_last_not_of('\'');
            if (first <= last && last != std::string_view::npos) {
                facts.runner_version = shortened(version->substr(first, last - first + 1), longest);
            }
        } else if (const auto action = behind(text, "Download action repository ")) {
            read_download(facts, *action);
        } else if (const auto package = behind(text, "Download immutable action package ")) {
            read_download(facts, *package);
        } else if (in_image) {
            if (const auto image = behind(text, "Image:")) facts.image = shortened(*image, longest);
            if (const auto image = behind(text, "Environment:")) facts.image = shortened(*image, longest);
            if (const auto number = behind(text, "Version:")) facts.image_version = shortened(*number, longest);
        }
    }
    return facts;
}

void add_action(SetUpFacts& facts, std::string_view uses) {
    const auto at = uses.find('@');
    const auto name = uses.substr(0, at);
    if (at == std::string_view::npos || name.find('/') == std::string_view::npos || uses.find(' ') != uses.npos) return;
    if (name.starts_with("./") || facts.actions.contains(shortened(name, longest))) return;
    add_version(facts, shortened(name, longest), shortened(uses.substr(at + 1), longest / 2));
}

}  // namespace flux::logs
