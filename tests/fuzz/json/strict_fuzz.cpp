// What the strict pre-pass accepts, a reader with a tree accepts too; what it refuses, that reader either refuses or
// the pre-pass has one of its own reasons. And the walker finds in checked text what the tree holds.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/arguments.hpp"
#include "json/raw.hpp"
#include "json/strict.hpp"
#include "json/writer.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void compare(flux::json::Raw raw, const boost::json::value& value) {
    switch (raw.kind()) {
    case flux::json::Kind::object: {
        std::size_t count = 0;
        for (flux::json::Members member{raw}; member.next(); ++count) {
            const auto* found = value.as_object().if_contains({member.name().data(), member.name().size()});
            require(found != nullptr);
            compare(member.value(), *found);
        }
        require(count == value.as_object().size());
        return;
    }
    case flux::json::Kind::array: {
        std::size_t count = 0;
        for (flux::json::Elements element{raw}; element.next(); ++count) {
            require(count < value.as_array().size());
            compare(element.value(), value.as_array()[count]);
        }
        require(count == value.as_array().size());
        return;
    }
    case flux::json::Kind::string: {
        const auto& expected = value.as_string();
        require(raw.string() == std::string(expected.data(), expected.size()));
        std::string written;
        flux::json::append_string(written, *raw.string());
        require(boost::json::parse(written) == value);
        return;
    }
    case flux::json::Kind::number:
        require(value.is_number());
        if (value.is_int64()) require(raw.integer() == value.as_int64());
        return;
    case flux::json::Kind::boolean: require(value.is_bool()); return;
    case flux::json::Kind::null: require(value.is_null()); return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{reinterpret_cast<const char*>(data), size};
    boost::json::parse_options options;
    options.max_depth = 128;
    boost::system::error_code error;
    const auto tree = boost::json::parse(text, error, {}, options);

    flux::json::Places places;
    const auto placed = flux::json::read_strictly(text, places);
    if (!placed) return 0;
    require(!error);
    compare(*placed, tree);
    const flux::json::Raw raw{text};
    compare(raw, tree);
    require(flux::json::Arguments::parse(text).has_value() == raw.is(flux::json::Kind::object));
    return 0;
}
