#include "tools/run_id_argument.hpp"

#include <fmt/format.h>

#include <string>

#include "base/text.hpp"

namespace flux::tools {

namespace {

constexpr builds::RunId largest = (builds::RunId{1} << 53) - 1;
constexpr std::string_view in_an_address = "/runs/";

std::optional<builds::RunId> in_range(std::optional<std::int64_t> number) {
    if (!number || *number < 1 || *number > largest) return std::nullopt;
    return number;
}

std::optional<builds::RunId> run_id_from(json::Raw value) {
    if (const auto text = value.string()) return tools::run_id_from(*text);
    return in_range(value.integer());
}

}  // namespace

std::optional<builds::RunId> run_id_from(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('#')) text.remove_prefix(1);
    if (const auto at = text.find(in_an_address); at != std::string_view::npos) {
        text.remove_prefix(at + in_an_address.size());
        text = text.substr(0, text.find_first_not_of("0123456789"));
    }
    return in_range(to_integer(text));
}

Result<std::optional<builds::RunId>> optional_run_id_argument(const json::Arguments& arguments) {
    if (!arguments.has("run_id")) return std::nullopt;
    const auto value = arguments.find("run_id");
    if (const auto id = run_id_from(value)) return id;
    return fail(
        Errc::invalid_argument,
        fmt::format("`run_id` has to be a run's number (12 or \"12\") or its URL (…/runs/12), not {}. builds.list "
                    "shows the runs there are.",
                    shortened(value.text(), 80)));
}

Result<builds::RunId> run_id_argument(const json::Arguments& arguments) {
    auto id = optional_run_id_argument(arguments);
    if (!id) return fail(std::move(id.error()));
    if (*id) return **id;
    return fail(
        Errc::invalid_argument,
        "`run_id` is missing: give the number that builds.createPreview returned, or the run's URL. builds.list "
        "shows the runs there are.");
}

}  // namespace flux::tools
