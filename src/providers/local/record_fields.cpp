#include "providers/local/record_fields.hpp"

#include "workflow/value.hpp"
#include "workflow/value_json.hpp"

namespace flux::providers::local {

std::int64_t to_field(WallTime time) { return time.time_since_epoch().count(); }

std::optional<std::int64_t> to_field(std::optional<WallTime> time) {
    return time ? std::optional{to_field(*time)} : std::nullopt;
}

WallTime time_from(std::int64_t field) { return WallTime{std::chrono::microseconds{field}}; }

std::optional<WallTime> time_from(std::optional<std::int64_t> field) {
    return field ? std::optional{time_from(*field)} : std::nullopt;
}

std::string list_to_field(const std::vector<std::string>& texts) {
    workflow::Value::Array items;
    for (const auto& text : texts) items.emplace_back(text);
    return workflow::to_compact_json(workflow::Value{std::move(items)});
}

std::vector<std::string> list_from(std::string_view field) {
    std::vector<std::string> texts;
    const auto value = workflow::from_json(field);
    if (!value || value->kind() != workflow::Value::Kind::array) return texts;
    for (const auto& item : value->array()) texts.push_back(workflow::to_string(item));
    return texts;
}

// A list of pairs, not an object: an object would fold names that differ only in case.
std::string pairs_to_field(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::vector<std::string> flat;
    for (const auto& [name, value] : pairs) {
        flat.push_back(name);
        flat.push_back(value);
    }
    return list_to_field(flat);
}

std::vector<std::pair<std::string, std::string>> pairs_from(std::string_view field) {
    std::vector<std::pair<std::string, std::string>> pairs;
    auto flat = list_from(field);
    for (std::size_t i = 0; i + 1 < flat.size(); i += 2) pairs.emplace_back(std::move(flat[i]), std::move(flat[i + 1]));
    return pairs;
}

}  // namespace flux::providers::local
