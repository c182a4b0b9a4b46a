#include "workflow/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "workflow/condition.hpp"
#include "workflow/template.hpp"
#include "workflow/value_json.hpp"

namespace flux::workflow {

namespace {

const Contexts& contexts() {
    static const Contexts all = [] {
        Contexts made;
        made.set("github", *from_json(R"({"a": [1, "x", {"b": null}], "ref": "refs/heads/main", "n": 1e3})"));
        return made;
    }();
    return all;
}

void read(std::string_view text) {
    if (const auto expression = Expression::parse(text)) {
        if (const auto value = evaluate(*expression, contexts())) {
            // What was made can be printed and read again.
            const auto json = to_compact_json(*value);
            if (to_compact_json(from_json(json).value()) != json) __builtin_trap();
        }
    } else if (expression.error().offset > text.size()) {
        __builtin_trap();
    }
    if (const auto whole = Template::parse(text)) static_cast<void>(evaluate(*whole, contexts()));
    if (const auto condition = Condition::parse(text, {})) static_cast<void>(holds(*condition, contexts()));
    static_cast<void>(from_json(text));
}

}  // namespace

}  // namespace flux::workflow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    flux::workflow::read({reinterpret_cast<const char*>(data), size});
    return 0;
}
