#include "providers/github/annotations.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "providers/github/api_text.hpp"

namespace flux::providers::github {

namespace {

constexpr std::size_t most_annotations = 200;
/// What the runner names where an annotation is of no file.
constexpr std::string_view no_file = ".github";

builds::Annotation::Level level_from(std::string_view name) {
    if (name == "notice") return builds::Annotation::Level::notice;
    if (name == "warning") return builds::Annotation::Level::warning;
    return builds::Annotation::Level::failure;
}

}  // namespace

builds::Annotation annotation_from(const boost::json::value& item) {
    const auto& object = as_object(item);
    builds::Annotation annotation{.level = level_from(text_of(object, "annotation_level")),
                                  .message = to_utf8(text_of(object, "message"))};
    const auto path = text_of(object, "path");
    if (path.empty() || path == no_file) return annotation;
    annotation.path = to_utf8(path);
    annotation.line = number_of(object, "start_line");
    annotation.column = number_of(object, "start_column");
    return annotation;
}

async::Task<Result<std::vector<builds::Annotation>>> annotations_of(ApiClient& api, std::int64_t job) {
    auto all = co_await api.get_all(api.of_repository(fmt::format("/check-runs/{}/annotations?per_page=100", job)),
                                    "list the annotations of a job", {}, most_annotations);
    if (!all) co_return fail(std::move(all.error()));
    std::vector<builds::Annotation> annotations;
    for (const auto& item : all->items) annotations.push_back(annotation_from(item));
    co_return annotations;
}

}  // namespace flux::providers::github
