#include "workflow/value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "workflow/decimal.hpp"
#include "workflow/letter_case.hpp"

namespace flux::workflow {

namespace {

/// Below this many members a walk is faster than an index.
constexpr std::size_t indexed_from = 12;

const Value& null_value() {
    static const Value null;
    return null;
}

/// Both sides brought to one kind, or nothing where they can't be: then they are neither equal nor in any order.
std::optional<std::pair<Value, Value>> as_one_kind(const Value& a, const Value& b) {
    if (a.kind() == b.kind()) return std::pair{a, b};
    if (!a.is_primitive() || !b.is_primitive()) return std::nullopt;
    return std::pair{Value{to_number(a)}, Value{to_number(b)}};
}

/// In the order of UTF-16 code units, which is the language's: there, characters beyond U+FFFF come before U+E000.
bool text_less(std::string_view a, std::string_view b) {
    const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (in_b == b.end()) return false;
    if (in_a == a.end()) return true;
    const auto left = static_cast<unsigned char>(*in_a);
    const auto right = static_cast<unsigned char>(*in_b);
    const bool beyond = left >= 0xF0 || right >= 0xF0;
    return beyond && left >= 0xEE && right >= 0xEE && (left >= 0xF0) != (right >= 0xF0) ? left > right : left < right;
}

}  // namespace

Value::Value(Object object) : data_{std::make_shared<const Object>(std::move(object))} {}

Value Value::operator[](std::string_view name) const {
    if (kind() != Kind::object) return {};
    const auto* member = object().find(name);
    return member == nullptr ? null_value() : *member;
}

bool Value::is_same_as(const Value& other) const {
    if (kind() != other.kind()) return false;
    if (kind() == Kind::array) return std::get<SharedArray>(data_) == std::get<SharedArray>(other.data_);
    if (kind() == Kind::object) return std::get<SharedObject>(data_) == std::get<SharedObject>(other.data_);
    return false;
}

Object::Object(std::initializer_list<Member> members) {
    for (const auto& member : members) set(member.name, member.value);
}

std::size_t Object::place_of(std::string_view name) const {
    if (places_.empty()) {
        const auto wanted = folded(name);
        const auto found =
            std::ranges::find_if(members_, [&](const Member& member) { return folded(member.name) == wanted; });
        return static_cast<std::size_t>(found - members_.begin());
    }
    const auto found = places_.find(folded(name));
    return found == places_.end() ? members_.size() : found->second;
}

void Object::set(std::string name, Value value) {
    const auto place = place_of(name);
    if (place < members_.size()) {
        members_[place].value = std::move(value);
        return;
    }
    members_.push_back({std::move(name), std::move(value)});
    if (members_.size() < indexed_from) return;
    for (auto i = places_.size(); i < members_.size(); ++i) places_.emplace(folded(members_[i].name), i);
}

const Value* Object::find(std::string_view name) const {
    const auto* member = find_member(name);
    return member == nullptr ? nullptr : &member->value;
}

const Object::Member* Object::find_member(std::string_view name) const {
    const auto place = place_of(name);
    return place < members_.size() ? &members_[place] : nullptr;
}

const char* name_of(Value::Kind kind) {
    switch (kind) {
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return "boolean";
    case Value::Kind::number: return "number";
    case Value::Kind::string: return "string";
    case Value::Kind::array: return "array";
    case Value::Kind::object: return "object";
    }
    return "unknown";
}

std::string to_string(const Value& value) {
    switch (value.kind()) {
    case Value::Kind::null: return {};
    case Value::Kind::boolean: return value.boolean() ? "true" : "false";
    case Value::Kind::number: return number_text(value.number());
    case Value::Kind::string: return value.string();
    case Value::Kind::array: return "Array";
    case Value::Kind::object: return "Object";
    }
    return {};
}

double to_number(const Value& value) {
    switch (value.kind()) {
    case Value::Kind::null: return 0;
    case Value::Kind::boolean: return value.boolean() ? 1 : 0;
    case Value::Kind::number: return value.number();
    case Value::Kind::string: return text_number(value.string());
    case Value::Kind::array:
    case Value::Kind::object: break;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

bool is_truthy(const Value& value) {
    switch (value.kind()) {
    case Value::Kind::null: return false;
    case Value::Kind::boolean: return value.boolean();
    case Value::Kind::number: return value.number() != 0 && !std::isnan(value.number());
    case Value::Kind::string: return !value.string().empty();
    case Value::Kind::array:
    case Value::Kind::object: return true;
    }
    return false;
}

bool loosely_equal(const Value& a, const Value& b) {
    const auto sides = as_one_kind(a, b);
    if (!sides) return false;
    const auto& [left, right] = *sides;
    switch (left.kind()) {
    case Value::Kind::null: return true;
    case Value::Kind::boolean: return left.boolean() == right.boolean();
    case Value::Kind::number: return left.number() == right.number();
    case Value::Kind::string: return folded(left.string()) == folded(right.string());
    case Value::Kind::array:
    case Value::Kind::object: return left.is_same_as(right);
    }
    return false;
}

bool less_than(const Value& a, const Value& b) {
    const auto sides = as_one_kind(a, b);
    if (!sides) return false;
    const auto& [left, right] = *sides;
    switch (left.kind()) {
    case Value::Kind::boolean: return !left.boolean() && right.boolean();
    case Value::Kind::number: return left.number() < right.number();
    case Value::Kind::string: return text_less(folded(left.string()), folded(right.string()));
    case Value::Kind::null:
    case Value::Kind::array:
    case Value::Kind::object: break;
    }
    return false;
}

}  // namespace flux::workflow
