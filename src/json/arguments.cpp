#include "json/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "base/text.hpp"
#include "json/writer.hpp"

namespace flux::json {

namespace {

constexpr std::size_t most_shown = 60;
constexpr std::size_t least_block = 1024;
constexpr std::size_t largest_first_block = std::size_t{64} * 1024;

/// The value as a person would name it in a sentence.
std::string shown(const boost::json::value& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    if (const auto* number = value.if_double()) {
        std::string text;
        Writer{text}.number(*number);
        return text;
    }
    return shortened(boost::json::serialize(value), most_shown);
}

auto missing(std::string_view name, std::string_view expected) {
    return fail(Errc::invalid_argument, fmt::format("`{}` is missing: it has to be {}.", name, expected),
                "invalid_argument");
}

auto wrong(std::string_view name, std::string_view expected, const boost::json::value& found) {
    return fail(Errc::invalid_argument, fmt::format("`{}` has to be {}, not {}.", name, expected, shown(found)),
                "invalid_argument");
}

std::string integer_range(std::int64_t least, std::int64_t most) {
    return fmt::format("an integer from {} to {}", least, most);
}

/// In JSON Schema 3.0 is an integer, and here too.
std::optional<std::int64_t> whole(const boost::json::value& value) {
    if (const auto* number = value.if_int64()) return *number;
    if (const auto* number = value.if_double()) {
        constexpr double limit = 9223372036854775808.0;
        if (std::trunc(*number) == *number && *number >= -limit && *number < limit) {
            return static_cast<std::int64_t>(*number);
        }
    }
    return {};
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

Arguments::Arguments() {
    static const auto empty = std::make_shared<const boost::json::object>();
    object_ = empty;
}

Result<Arguments> Arguments::parse(std::string_view text) {
    Arguments arguments;
    if (text.empty()) return arguments;
    boost::json::parse_options options;
    options.max_depth = 128;  // the strict pre-pass has limited it already
    boost::system::error_code error;
    // All of it in one block, which goes at once: arguments are read, never changed. Twice the text holds most of them.
    auto memory = boost::json::make_shared_resource<boost::json::monotonic_resource>(
        std::max<std::size_t>(least_block, std::min(text.size() * 2, largest_first_block)));
    auto value = boost::json::parse({text.data(), text.size()}, error, std::move(memory), options);
    if (error || !value.is_object()) {
        return fail(Errc::invalid_argument, "`arguments` has to be a JSON object.", "invalid_argument");
    }
    arguments.object_ = std::make_shared<const boost::json::object>(std::move(value.get_object()));
    return arguments;
}

const boost::json::value* Arguments::find(std::string_view name) const {
    return object_->if_contains({name.data(), name.size()});
}

bool Arguments::has(std::string_view name) const {
    const auto* value = find(name);
    return value && !value->is_null();
}

Result<std::string> Arguments::text(std::string_view name) const {
    auto value = optional_text(name);
    if (!value) return fail(std::move(value.error()));
    if (!*value) return missing(name, "a string");
    return **std::move(value);
}

Result<std::optional<std::string>> Arguments::optional_text(std::string_view name) const {
    if (!has(name)) return std::optional<std::string>{};
    const auto& value = *find(name);
    const auto* string = value.if_string();
    if (!string) return wrong(name, "a string", value);
    if (string->find('\0') != boost::json::string::npos) return wrong(name, "a string without NUL characters", value);
    return std::optional{std::string{string->data(), string->size()}};
}

Result<std::int64_t> Arguments::integer(std::string_view name, std::int64_t least, std::int64_t most) const {
    const auto value = optional_integer(name, least, most);
    if (!value) return fail(value.error());
    if (!*value) return missing(name, integer_range(least, most));
    return **value;
}

Result<std::optional<std::int64_t>> Arguments::optional_integer(std::string_view name, std::int64_t least,
                                                                std::int64_t most) const {
    if (!has(name)) return std::optional<std::int64_t>{};
    const auto number = whole(*find(name));
    if (!number || *number < least || *number > most) return wrong(name, integer_range(least, most), *find(name));
    return number;
}

Result<std::optional<bool>> Arguments::optional_boolean(std::string_view name) const {
    if (!has(name)) return std::optional<bool>{};
    const auto* value = find(name)->if_bool();
    if (!value) return wrong(name, "true or false", *find(name));
    return std::optional{*value};
}

Result<std::optional<std::string>> Arguments::optional_choice(std::string_view name,
                                                              std::initializer_list<std::string_view> choices) const {
    if (!has(name)) return std::optional<std::string>{};
    const auto& value = *find(name);
    const auto* string = value.if_string();
    if (string) {
        const std::string text{string->data(), string->size()};
        if (std::find(choices.begin(), choices.end(), text) != choices.end()) return std::optional{text};
    }
    return wrong(name, listed({choices.begin(), choices.end()}, "\""), value);
}

Result<const boost::json::object*> Arguments::optional_object(std::string_view name) const {
    if (!has(name)) return nullptr;
    const auto* object = find(name)->if_object();
    if (!object) return wrong(name, "an object", *find(name));
    return object;
}

Result<void> Arguments::only(std::initializer_list<std::string_view> names) const {
    for (const auto& member : *object_) {
        const std::string name{member.key().data(), member.key().size()};
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
