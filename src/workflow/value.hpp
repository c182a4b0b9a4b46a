#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace flux::workflow {

class Object;

/// A value of GitHub's expression language. Immutable, and cheap to copy: text, arrays and objects are shared.
///
/// Reading one from several threads is fine.
class Value {
public:
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
    using Array = std::vector<Value>;

    Value() = default;
    template <std::same_as<bool> Bool>  // not from pointers
    Value(Bool boolean) : data_{boolean} {}
    Value(double number) : data_{number} {}
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool>)
    Value(Integer number) : data_{static_cast<double>(number)} {}
    Value(std::string text) : data_{std::make_shared<const std::string>(std::move(text))} {}
    Value(std::string_view text) : Value{std::string{text}} {}
    Value(const char* text) : Value{std::string{text}} {}
    Value(Array items) : data_{std::make_shared<const Array>(std::move(items))} {}
    Value(Object object);

    Kind kind() const { return static_cast<Kind>(data_.index()); }
    bool is_null() const { return kind() == Kind::null; }
    bool is_string() const { return kind() == Kind::string; }
    /// Null, boolean, number or string.
    bool is_primitive() const { return kind() < Kind::array; }

    /// These need the kind that they name; asking another one throws std::bad_variant_access.
    bool boolean() const { return std::get<bool>(data_); }
    double number() const { return std::get<double>(data_); }
    const std::string& string() const { return *std::get<SharedString>(data_); }
    const Array& array() const { return *std::get<SharedArray>(data_); }
    const Object& object() const { return *std::get<SharedObject>(data_); }

    /// The member, or null where this is no object or has no such member.
    Value operator[](std::string_view name) const;

    /// Whether both are the same array or object; false for anything else.
    bool is_same_as(const Value& other) const;

private:
    using SharedString = std::shared_ptr<const std::string>;
    using SharedArray = std::shared_ptr<const Array>;
    using SharedObject = std::shared_ptr<const Object>;

    std::variant<std::monostate, bool, double, SharedString, SharedArray, SharedObject> data_;
};

/// Members in the order in which they came; names are found ignoring case.
class Object {
public:
    struct Member {
        std::string name;
        Value value;
    };

    Object() = default;
    Object(std::initializer_list<Member> members);

    /// Adds the member, or gives the one of that name (ignoring case) a new value.
    void set(std::string name, Value value);
    /// nullptr: no such member.
    const Value* find(std::string_view name) const;
    const Member* find_member(std::string_view name) const;
    const std::vector<Member>& members() const { return members_; }
    bool empty() const { return members_.empty(); }

private:
    /// members_.size(): no such member.
    std::size_t place_of(std::string_view name) const;

    std::vector<Member> members_;
    std::unordered_map<std::string, std::size_t> places_;  ///< by folded name; empty while there are few
};

/// `null`, `boolean`, `number`, `string`, `array`, `object`.
const char* name_of(Value::Kind kind);

/// The value as text, as it appears when an expression stands in text: null is empty, numbers as .NET's `G15`, arrays
/// and objects as the words `Array` and `Object`.
std::string to_string(const Value& value);

/// The value as a number: text is trimmed and read as decimal, `0x`, `0o` or `Infinity`; what isn't a number is NaN.
double to_number(const Value& value);

/// False for null, false, 0, NaN and empty text; true for anything else.
bool is_truthy(const Value& value);

/// The language's `==`: text ignores case, different kinds meet as numbers, arrays and objects are equal to themselves.
bool loosely_equal(const Value& a, const Value& b);

/// The language's `<`; `>` is the same with the sides exchanged. False wherever the two can't be compared.
bool less_than(const Value& a, const Value& b);

}  // namespace flux::workflow
