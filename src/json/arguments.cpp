#include "json/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

Result<Arguments> Arguments::of(Raw object) {
    if (object && !object.is(Kind::object)) {
        return fail(Errc::invalid_argument, "`arguments` has to be a JSON object.", "invalid_argument");
    }
    return Arguments{object};
}

Result<Arguments> Arguments::parse(std::string_view text) {
    return of(Raw{text}).map([](const Arguments& view) { return view.owned(); });
}

Arguments::Arguments(Raw object, std::shared_ptr<const void> owner) : object_{object}, owner_{std::move(owner)} {}

Arguments Arguments::owned() const {
    if (owner_ || !object_) return *this;
    struct Held {
        std::string text;
        Places places = {};
    };
    const auto held = std::make_shared<Held>(std::string{object_.text()});
    const auto* const place = object_.place();
    if (place == nullptr) return Arguments{Raw{held->text}, held};
    held->places.assign(place, place + place->values);
    for (auto& moved : held->places) moved.move_back(place->begin);
    return Arguments{Raw{held->text.data(), held->places.front()}, held};
}

Raw Arguments::find(std::string_view name) const { return object_.member(name); }

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
    for (Members member{object_}; member.next();) {
        const auto name = member.name();
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
