// Whatever object comes in, reading it never fails in another way than with a message that names the argument.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "json/arguments.hpp"
#include "json/strict.hpp"

namespace {

template <class T>
void names_it(const flux::Result<T>& result, std::string_view name) {
    if (result) return;
    const auto& message = result.error().message;
    const bool good = result.error().code == flux::Errc::invalid_argument && message.size() < 400 &&
                      message.find(name) != std::string::npos && flux::is_utf8(message);
    if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    flux::json::Places places;
    const auto value = flux::json::read_strictly(text, places);
    if (!value) return 0;
    const auto view = flux::json::Arguments::of(*value);
    if (!view) return 0;
    const auto owned = view->owned();
    for (const auto* arguments : {&*view, &owned}) {
        for (const std::string_view name : {"a", "b", ""}) {
            names_it(arguments->text(name), name);
            names_it(arguments->optional_text(name), name);
            names_it(arguments->integer(name, -5, 5), name);
            names_it(arguments->optional_boolean(name), name);
            names_it(arguments->optional_choice(name, {"a", "b"}), name);
            names_it(arguments->optional_object(name), name);
            if (owned.find(name).text() != view->find(name).text()) std::abort();
        }
        names_it(arguments->only({"a", "b"}), "argument");
    }
    return 0;
}
