#include "mcp/param_headers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/text.hpp"
#include "mcp/header_value.hpp"

namespace flux::mcp {

namespace {

constexpr std::string_view prefix = "Mcp-Param-";

bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

/// Whether a header's text says the same as a value.
bool agrees(json::Raw value, const std::string& said) {
    switch (value.kind()) {
    case json::Kind::string: return value.string() == said;
    case json::Kind::boolean: return value.text() == said;
    case json::Kind::number: {
        const auto number = value.integer();
        return number && number == to_integer(said);
    }
    default: return false;
    }
}

}  // namespace

ParamHeaders::ParamHeaders(std::string_view input_schema) { collect(json::Raw{input_schema}, {}); }

void ParamHeaders::collect(json::Raw schema, const std::vector<std::string>& path) {
    for (json::Members property{schema.member("properties")}; property.next();) {
        auto inner = path;
        inner.emplace_back(property.name());
        const auto annotation = property.value().member("x-mcp-header");
        if (!annotation.absent()) {
            const auto name = annotation.string().value_or("");
            const auto type = property.value().member("type").string().value_or("");
            if (!is_token(name)) throw std::invalid_argument{"`x-mcp-header` has to be a header's name: " + name};
            if (type != "string" && type != "integer" && type != "boolean") {
                throw std::invalid_argument{"`x-mcp-header` stands on a string, an integer or a boolean only: " + name};
            }
            auto full = std::string{prefix} + name;
            auto key = ascii_lower(full);
            const auto same = [&](const Param& param) { return param.key == key; };
            if (std::any_of(params_.begin(), params_.end(), same)) {
                throw std::invalid_argument{"`x-mcp-header` is there twice: " + name};
            }
            params_.push_back({inner, std::move(full), std::move(key)});
        }
        collect(property.value(), inner);
    }
}

std::optional<WireError> ParamHeaders::check(json::Raw arguments, const HttpFacts& headers) const {
    for (const auto& param : params_) {
        auto value = arguments;
        for (const auto& name : param.path) value = value.member(name);
        const auto header = headers.header ? headers.header(param.key) : std::nullopt;
        if (value.absent() || value.is(json::Kind::null)) {
            if (!header) continue;
            return header_mismatch(fmt::format("The header `{}` repeats an argument that isn't there.", param.name));
        }
        if (!header) return header_mismatch(fmt::format("The header `{}` is missing.", param.name));
        const auto said = header_text(*header);
        if (!said) return header_mismatch(fmt::format("The header `{}` isn't canonical Base64.", param.name));
        if (!agrees(value, *said)) {
            return header_mismatch(fmt::format("The header `{}` says something else than the body.", param.name));
        }
    }
    return {};
}

}  // namespace flux::mcp
