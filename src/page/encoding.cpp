#include "page/encoding.hpp"

#include <optional>

#include "base/text.hpp"

namespace flux::page {

namespace {

/// `q=0.5` in thousandths; nothing for what isn't a weight.
std::optional<int> weight(std::string_view text) {
    text = trimmed(text);
    if (!equal_ignoring_case(text.substr(0, 2), "q=")) return std::nullopt;
    text.remove_prefix(2);
    if (text.empty() || (text.front() != '0' && text.front() != '1')) return std::nullopt;
    int value = (text.front() - '0') * 1000;
    if (text.size() == 1) return value;
    if (text[1] != '.' || text.size() > 5) return std::nullopt;
    int place = 100;
    for (const char digit : text.substr(2)) {
        if (digit < '0' || digit > '9') return std::nullopt;
        value += (digit - '0') * place;
        place /= 10;
    }
    return value > 1000 ? std::optional<int>{} : value;
}

}  // namespace

int wish_for(std::string_view accept_encoding, std::string_view coding) {
    std::optional<int> named;
    std::optional<int> any;
    for (const auto member : split(accept_encoding, ',')) {
        const auto mark = member.find(';');
        const auto name = trimmed(member.substr(0, mark));
        const auto wish = mark == std::string_view::npos ? 1000 : weight(member.substr(mark + 1)).value_or(0);
        if (equal_ignoring_case(name, coding)) {
            named = wish;
        } else if (name == "*") {
            any = wish;
        }
    }
    if (named) return *named;
    if (coding == "identity") return any == 0 ? 0 : 1;
    return any.value_or(0);
}

}  // namespace flux::page
