#include "builds/branch_name.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace flux::builds {

namespace {

constexpr std::size_t longest = 255;

/// The first rule of git-check-ref-format that `text` breaks, or nothing.
std::string broken_rule(std::string_view text) {
    if (text.empty()) return "it is empty";
    if (text.size() > longest) return fmt::format("it has {} bytes, and at most {} are allowed", text.size(), longest);
    if (!is_utf8(text)) return "it is not valid UTF-8";
    if (text.front() == '-') return "it begins with a dash";
    if (text == "@") return "`@` alone is not a branch";
    if (text == "HEAD") return "`HEAD` is not a branch; name the branch itself";
    if (text.front() == '/' || text.back() == '/') return "it begins or ends with a slash";
    if (text.back() == '.') return "it ends with a dot";
    for (const auto* forbidden : {"..", "//", "@{"}) {
        if (text.find(forbidden) != std::string_view::npos) return fmt::format("it contains `{}`", forbidden);
    }
    for (const char c : text) {
        if (c == ' ') return "it contains a space";
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) return "it contains a control character";
        if (std::string_view{"~^:?*[\\"}.find(c) != std::string_view::npos) return fmt::format("it contains `{}`", c);
    }
    for (const auto part : split(text, '/')) {
        if (part.starts_with('.')) return "a part of it begins with a dot";
        if (part.ends_with(".lock")) return "a part of it ends with `.lock`";
    }
    return {};
}

}  // namespace

Result<BranchName> BranchName::parse(std::string_view text) {
    constexpr std::string_view prefix = "refs/heads/";
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    if (const auto broken = broken_rule(text); !broken.empty()) {
        return fail(
            Errc::invalid_argument,
            fmt::format("`branch` is not a name that git accepts: {}. Give a branch as `git branch` lists it.", broken),
            "invalid_branch");
    }
    return BranchName{std::string{text}};
}

}  // namespace flux::builds
