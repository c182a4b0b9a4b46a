#include "workflow/format_text.hpp"

#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"

namespace flux::workflow {

Result<std::string> format_text(const std::vector<Value>& arguments, std::size_t limit) {
    const auto pattern_text = to_string(arguments.front());
    const std::string_view pattern = pattern_text;
    const auto wrong = [&](std::string_view why) {
        return fail(Errc::invalid_argument, fmt::format("format(): in `{}`, {}.", shortened(pattern, 200), why));
    };
    std::string text;
    for (std::size_t at = 0; at < pattern.size();) {
        const auto brace = pattern.find_first_of("{}", at);
        text += pattern.substr(at, brace == std::string_view::npos ? brace : brace - at);
        if (text.size() > limit) return fail(Errc::too_large, "format() makes too much text.");
        if (brace == std::string_view::npos) break;
        if (pattern.substr(brace + 1).starts_with(pattern[brace])) {
            text += pattern[brace];
            at = brace + 2;
            continue;
        }
        const auto close = pattern.find('}', brace);
        const auto index =
            close == std::string_view::npos ? std::nullopt : to_integer(pattern.substr(brace + 1, close - brace - 1));
        if (pattern[brace] == '}' || !index || *index < 0)
            return wrong("a brace is neither part of a `{0}` nor written twice");
        if (static_cast<std::size_t>(*index) + 1 >= arguments.size())
            return wrong(fmt::format("`{{{}}}` asks for more values than the {} given", *index, arguments.size() - 1));
        text += to_string(arguments[static_cast<std::size_t>(*index) + 1]);
        at = close + 1;
    }
    if (text.size() > limit) return fail(Errc::too_large, "format() makes too much text.");
    return text;
}

}  // namespace flux::workflow
