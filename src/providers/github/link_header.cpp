#include "providers/github/link_header.hpp"

#include "base/text.hpp"

namespace flux::providers::github {

namespace {

/// Whether the parameters of one link, `; rel="next last"; x=y`, hold the relation `next`.
bool is_next(std::string_view parameters) {
    for (const auto parameter : split(parameters, ';')) {
        const auto equals = parameter.find('=');
        if (equals == std::string_view::npos) continue;
        if (!equal_ignoring_case(trimmed(parameter.substr(0, equals)), "rel")) continue;
        auto value = trimmed(parameter.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        for (const auto relation : split(value, ' ')) {
            if (equal_ignoring_case(relation, "next")) return true;
        }
    }
    return false;
}

}  // namespace

std::string next_page(std::string_view link) {
    while (true) {
        const auto open = link.find('<');
        if (open == std::string_view::npos) return {};
        const auto close = link.find('>', open);
        if (close == std::string_view::npos) return {};
        const auto target = link.substr(open + 1, close - open - 1);
        link.remove_prefix(close + 1);
        // The parameters end where the next link begins; a comma in a quoted value is no end.
        const auto end = link.find('<');
        if (is_next(link.substr(0, end == std::string_view::npos ? end : link.rfind(',', end))))
            return std::string{target};
    }
}

}  // namespace flux::providers::github
