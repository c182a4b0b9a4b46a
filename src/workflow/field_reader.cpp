#include "workflow/field_reader.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "workflow/reader.hpp"

namespace flux::workflow {

namespace {

constexpr std::size_t max_id_length = 99;

std::string quoted(std::string_view text) { return fmt::format("`{}`", shortened(text, 100)); }

const char* words_for(YamlNode::Kind kind) {
    switch (kind) {
    case YamlNode::Kind::null: return "empty";
    case YamlNode::Kind::scalar: return "a single value";
    case YamlNode::Kind::sequence: return "a list";
    case YamlNode::Kind::mapping: return "a mapping";
    }
    return "something else";
}

std::size_t lines_in(std::string_view text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

}  // namespace

void FieldReader::refuse(Place place, std::string message, std::string cure) {
    if (diagnostics_.size() < max_diagnostics) diagnostics_.push_back({place, std::move(message), std::move(cure)});
}

void FieldReader::note(Place place, std::string message, std::string cure) {
    if (notes_.size() < max_diagnostics) notes_.push_back({place, std::move(message), std::move(cure)});
}

bool FieldReader::is_mapping(const YamlNode& node, std::string_view what) {
    if (node.kind == YamlNode::Kind::mapping) return true;
    refuse(node.place, fmt::format("{} has to be a mapping (`key: value` lines), not {}.", what, words_for(node.kind)));
    return false;
}

bool FieldReader::is_sequence(const YamlNode& node, std::string_view what) {
    if (node.kind == YamlNode::Kind::sequence) return true;
    refuse(node.place, fmt::format("{} has to be a list (lines with `- `), not {}.", what, words_for(node.kind)));
    return false;
}

bool FieldReader::is_text(const YamlNode& node, std::string_view what) {
    if (node.kind == YamlNode::Kind::scalar) return true;
    refuse(node.place, fmt::format("{} has to be text, not {}.", what, words_for(node.kind)));
    return false;
}

void FieldReader::only(const YamlNode& mapping, std::string_view what, std::initializer_list<std::string_view> keys) {
    for (const auto& member : mapping.members) {
        if (std::ranges::find(keys, member.name) != keys.end()) continue;
        const auto close = nearest(member.name, {keys.begin(), keys.end()}, 1);
        refuse(member.place, fmt::format("{} has no key {}.", what, quoted(member.name)),
               close.empty() ? fmt::format("Its keys are: {}.", fmt::join(keys, ", "))
                             : fmt::format("Did you mean `{}`?", close.front()));
    }
}

std::optional<Field> FieldReader::field(const YamlNode& mapping, std::string_view key, Where where, Expected expected) {
    const auto* node = mapping.find(key);
    if (node == nullptr) return std::nullopt;
    return field(*node, quoted(key), where, expected, false);
}

std::optional<Field> FieldReader::field(const YamlNode& node, std::string_view what, Where where, Expected expected,
                                        bool may_be_null) {
    if (node.kind == YamlNode::Kind::null && may_be_null) return Field{Template{}, node.place};
    if (!is_text(node, what)) return std::nullopt;
    Field result{scalar(node, where), node.place};
    const auto kind = result.value.literal().kind();
    if (result.value.is_literal()) {
        if (expected == Expected::boolean && kind != Value::Kind::boolean)
            refuse(node.place, fmt::format("{} has to be true or false, not {}.", what, quoted(node.text)));
        if (expected == Expected::number && kind != Value::Kind::number)
            refuse(node.place, fmt::format("{} has to be a number, not {}.", what, quoted(node.text)));
    }
    return result;
}

std::optional<Name> FieldReader::name(const YamlNode& mapping, std::string_view key) {
    const auto* node = mapping.find(key);
    if (node == nullptr || !is_text(*node, quoted(key))) return std::nullopt;
    scalar(*node, Where::nowhere);
    return Name{node->text, node->place};
}

std::optional<Condition> FieldReader::condition(const YamlNode& mapping, Where where) {
    const auto* node = mapping.find("if");
    if (node == nullptr || (node->kind != YamlNode::Kind::null && !is_text(*node, "`if`"))) return std::nullopt;
    auto condition = Condition::parse(node->text, node->place);
    if (!condition) {
        refuse_expression(*node, condition.error());
        return std::nullopt;
    }
    check(condition->value, *node, where);
    if (condition->is_text()) {
        note(node->place, "This `if` has text around its `${{ }}`, so it is always true.",
             "Put the whole condition inside, or leave `${{ }}` out.");
    }
    return *std::move(condition);
}

std::vector<Entry> FieldReader::entries(const YamlNode& mapping, std::string_view key, Where where) {
    std::vector<Entry> entries;
    const auto* node = mapping.find(key);
    if (node == nullptr || node->kind == YamlNode::Kind::null || !is_mapping(*node, quoted(key))) return entries;
    for (const auto& member : node->members) {
        auto value = field(member.value, quoted(member.name), where, Expected::text, true);
        if (value) entries.push_back({member.name, member.place, *std::move(value)});
    }
    return entries;
}

RunDefaults FieldReader::run_defaults(const YamlNode& mapping, Where where) {
    const auto* defaults = mapping.find("defaults");
    if (defaults == nullptr || !is_mapping(*defaults, "`defaults`")) return {};
    only(*defaults, "`defaults`", {"run"});
    const auto* run = defaults->find("run");
    if (run == nullptr || !is_mapping(*run, "`defaults.run`")) return {};
    only(*run, "`defaults.run`", {"shell", "working-directory"});
    return {field(*run, "shell", where), field(*run, "working-directory", where)};
}

Tree FieldReader::tree(const YamlNode& node, Where where) {
    switch (node.kind) {
    case YamlNode::Kind::null: return {Template{}, node.place};
    case YamlNode::Kind::scalar: return {scalar(node, where), node.place};
    case YamlNode::Kind::sequence: {
        Tree::Sequence items;
        for (const auto& item : node.items) items.push_back(tree(item, where));
        return {std::move(items), node.place};
    }
    case YamlNode::Kind::mapping: {
        Tree::Mapping members;
        for (const auto& member : node.members)
            members.push_back({member.name, member.place, tree(member.value, where)});
        return {std::move(members), node.place};
    }
    }
    return {};
}

void FieldReader::check_id(std::string_view id, Place place, std::string_view what) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto is_allowed = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
    const bool is_good = !id.empty() && is_letter(id.front()) && std::ranges::all_of(id, is_allowed);
    if (!is_good || id.size() > max_id_length || id.starts_with("__")) {
        refuse(place, fmt::format("{} is no possible id of {}.", quoted(id), what),
               "Ids begin with a letter or one `_`, go on with letters, digits, `-` and `_`, and have fewer than 100 "
               "characters.");
    }
}

Template FieldReader::scalar(const YamlNode& node, Where where) {
    auto value = scalar_value(node);
    if (!value.is_string()) return Template{std::move(value)};
    auto parsed = Template::parse(value.string());
    if (!parsed) {
        refuse_expression(node, parsed.error());
        return {};
    }
    check(*parsed, node, where);
    return *std::move(parsed);
}

void FieldReader::check(const Template& value, const YamlNode& node, Where where) {
    // Parts keep no offsets: the text before a part is searched for it, which finds the first of two equal ones.
    std::size_t from = 0;
    for (const auto& part : value.parts()) {
        const auto* expression = std::get_if<Expression>(&part);
        if (expression == nullptr) continue;
        const auto start = std::min(node.text.find(expression->text(), from), node.text.size());
        from = start + expression->text().size();
        if (auto error = misplaced(*expression, where)) {
            error->offset += start;
            return refuse_expression(node, *error);
        }
    }
}

void FieldReader::refuse_expression(const YamlNode& node, const ExpressionError& error) {
    if (diagnostics_.size() < max_diagnostics) refuse(place_in(node, error.offset), error.message);
}

Place FieldReader::place_in(const YamlNode& node, std::size_t offset) const {
    if (node.offset > source_.size()) return node.place;
    const auto source = source_.substr(node.offset);
    const std::string_view text = node.text;
    const auto same_line = [&](std::size_t quote) {
        return Place{node.place.line, node.place.column + static_cast<int>(quote + offset)};
    };
    if (lines_in(text) == 0 && source.starts_with(text)) return same_line(0);
    if (lines_in(text) == 0 && !source.empty() && source.substr(1).starts_with(text)) return same_line(1);

    // Blocks and folded text: the same `${{`, counted from the scalar's start, stands in the file.
    const auto last = text.rfind("${{", offset);
    if (last == std::string_view::npos) return node.place;
    auto at = source.find("${{");
    for (auto found = text.find("${{"); found != last && at != std::string_view::npos;
         found = text.find("${{", found + 1))
        at = source.find("${{", at + 1);
    if (at == std::string_view::npos) return node.place;
    at = std::min(at + (offset - last), source.size());
    const auto before = source_.substr(0, node.offset + at);
    const auto line_start = before.rfind('\n');
    const auto column = line_start == std::string_view::npos ? before.size() : before.size() - line_start - 1;
    return {static_cast<int>(lines_in(before)) + 1, static_cast<int>(column) + 1};
}

}  // namespace flux::workflow
