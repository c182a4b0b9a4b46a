#include "json/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace flux::json {

namespace {

constexpr std::size_t most_shown = 60;

/// The value as a person would name it in a sentence.
std::string shown(Raw value) {
    if (value.is(Kind::object)) return "an object";
    if (value.is(Kind::array)) return "a list";
    return shortened(value.text(), most_shown);
}

bool given(Raw value) { return value && !value.is(Kind::null); }

auto missing(std::string_view name, std::string_view expected) {
    return fail(Errc::invalid_argument, fmt::format("`{}` is missing: it has to be {}.", name, expected),
                "invalid_argument");
}

auto wrong(std::string_view name, std::string_view expected, Raw found) {
    return fail(Errc::invalid_argument, fmt::format("`{}` has to be {}, not {}.", name, expected, shown(found)),
                "invalid_argument");
}

std::string integer_range(std::int64_t least, std::int64_t most) {
    return fmt::format("an integer from {} to {}", least, most);
}

/// `"a", "b" or "c"`
std::string listed(const std::vector<std::string>& names, std::string_view quote) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
        text += fmt::format("{0}{1}{0}", quote, names[i]);
    }
    return text;
}

}  // namespace

/// The text, and where in it each argument stands.
struct Arguments::Held {
    struct Member {
        std::string name;
        Raw value;
    };

    explicit Held(std::string_view given) : text{given} {
        members.reserve(usual_count);
        for (Members member{Raw{text}}; member.next();) {
            members.push_back({std::string{member.name()}, member.value()});
        }
    }

    static constexpr std::size_t usual_count = 8;
    const std::string text;
    std::vector<Member> members = {};
};

Result<Arguments> Arguments::parse(std::string_view text) {
    Arguments arguments;
    if (text.empty()) return arguments;
    if (!Raw{text}.is(Kind::object)) {
        return fail(Errc::invalid_argument, "`arguments` has to be a JSON object.", "invalid_argument");
    }
    arguments.held_ = std::make_shared<const Held>(text);
    return arguments;
}

Raw Arguments::find(std::string_view name) const {
    if (!held_) return {};
    const auto found = std::find_if(held_->members.begin(), held_->members.end(),
                                    [&](const Held::Member& member) { return member.name == name; });
    return found == held_->members.end() ? Raw{} : found->value;
}

bool Arguments::has(std::string_view name) const { return given(find(name)); }

Result<std::string> Arguments::text(std::string_view name) const {
    auto value = optional_text(name);
    if (!value) return fail(std::move(value.error()));
    if (!*value) return missing(name, "a string");
    return **std::move(value);
}

Result<std::optional<std::string>> Arguments::optional_text(std::string_view name) const {
    const auto value = find(name);
    if (!given(value)) return std::optional<std::string>{};
    auto string = value.string();
    if (!string) return wrong(name, "a string", value);
    if (string->find('\0') != std::string::npos) return wrong(name, "a string without NUL characters", value);
    return string;
}

Result<std::int64_t> Arguments::integer(std::string_view name, std::int64_t least, std::int64_t most) const {
    const auto value = optional_integer(name, least, most);
    if (!value) return fail(value.error());
    if (!*value) return missing(name, integer_range(least, most));
    return **value;
}

Result<std::optional<std::int64_t>> Arguments::optional_integer(std::string_view name, std::int64_t least,
                                                                std::int64_t most) const {
    const auto value = find(name);
    if (!given(value)) return std::optional<std::int64_t>{};
    const auto number = value.integer();
    if (!number || *number < least || *number > most) return wrong(name, integer_range(least, most), value);
    return number;
}

Result<std::optional<bool>> Arguments::optional_boolean(std::string_view name) const {
    const auto value = find(name);
    if (!given(value)) return std::optional<bool>{};
    const auto flag = value.boolean();
    if (!flag) return wrong(name, "true or false", value);
    return flag;
}

Result<std::optional<std::string>> Arguments::optional_choice(std::string_view name,
                                                              std::initializer_list<std::string_view> choices) const {
    const auto value = find(name);
    if (!given(value)) return std::optional<std::string>{};
    auto string = value.string();
    if (string && std::find(choices.begin(), choices.end(), *string) != choices.end()) return string;
    return wrong(name, listed({choices.begin(), choices.end()}, "\""), value);
}

Result<Raw> Arguments::optional_object(std::string_view name) const {
    const auto value = find(name);
    if (!given(value)) return Raw{};
    if (!value.is(Kind::object)) return wrong(name, "an object", value);
    return value;
}

Result<void> Arguments::only(std::initializer_list<std::string_view> names) const {
    if (!held_) return {};
    for (const auto& [name, value] : held_->members) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        const std::vector<std::string> known{names.begin(), names.end()};
        auto message = fmt::format("There is no argument `{}`.", shortened(name, most_shown));
        if (const auto near = nearest(name, known); !near.empty()) {
            message += fmt::format(" Did you mean {}?", listed(near, "`"));
        } else if (!known.empty()) {
            message += fmt::format(" There is {}.", listed(known, "`"));
        } else {
            message += " This tool takes none.";
        }
        return fail(Errc::invalid_argument, std::move(message), "invalid_argument");
    }
    return {};
}

}  // namespace flux::json
