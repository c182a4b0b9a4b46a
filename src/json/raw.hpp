#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flux::json {

enum class Kind { object, array, string, number, boolean, null };

/// Where a value stands in its text, in bytes from the beginning. Of a member, the name's place too.
struct Place {
    std::uint32_t name = 0;  ///< behind the quote
    std::uint32_t name_size = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t values = 1;    ///< it and all inside it, which follow it
    bool escaped = false;        ///< whether the name holds escapes
    bool value_escaped = false;  ///< whether the value is a string that holds escapes

    /// For a text that begins `bytes` later.
    void move_back(std::uint32_t bytes) {
        name -= bytes;
        begin -= bytes;
        end -= bytes;
    }
};

/// The places of all values of a text, in its order; the pre-pass finds them on its way (json/strict.hpp). Those of a
/// usual message need no allocation.
using Places = boost::container::small_vector<Place, 32>;

/// A value as it stands in text that passed the strict pre-pass, without blanks around it: for reading a few members
/// of a message without building a tree. A view; the text has to outlive it, and the places if it has them.
class Raw {
public:
    Raw() = default;
    /// `text` is one checked value, maybe with blanks around it. Its members are looked for in the text.
    explicit Raw(std::string_view text);
    /// The value at `place` of the text that begins at `origin`. Nothing is looked for.
    Raw(const char* origin, const Place& place)
        : text_{origin + place.begin, place.end - place.begin}, place_{&place} {}

    bool absent() const { return text_.empty(); }
    explicit operator bool() const { return !absent(); }
    std::string_view text() const { return text_; }
    const Place* place() const { return place_; }  ///< nullptr for what was made of text alone

    /// Not for what is absent.
    Kind kind() const {
        switch (text_.front()) {
        case '{': return Kind::object;
        case '[': return Kind::array;
        case '"': return Kind::string;
        case 't':
        case 'f': return Kind::boolean;
        case 'n': return Kind::null;
        default: return Kind::number;
        }
    }
    bool is(Kind kind) const { return !absent() && this->kind() == kind; }

    /// The text of a string.
    std::optional<std::string> string() const;
    /// The value of a whole number; `3.0` and `1e2` are whole too.
    std::optional<std::int64_t> integer() const;
    /// The value of a number, as near as a double comes.
    std::optional<double> number() const;
    std::optional<bool> boolean() const;

    /// A member of an object; absent if there is none or this is no object.
    Raw member(std::string_view name) const;

private:
    std::string_view text_;
    const Place* place_ = nullptr;
};

/// Goes through the members of an object:
///
///     for (Members member{object}; member.next();) use(member.name(), member.value());
class Members {
public:
    /// What is no object has no members.
    explicit Members(Raw object);

    bool next() { return place_ != last_ ? next_placed() : next_in_text(); }
    std::string_view name() const { return name_; }  ///< decoded; valid until `next`
    Raw value() const { return value_; }

private:
    bool next_placed() {
        value_ = Raw{at_, *place_};
        const std::string_view name{at_ + place_->name, place_->name_size};
        if (place_->escaped) {
            decode(name);
        } else {
            name_ = name;
        }
        place_ += place_->values;
        return true;
    }
    bool next_in_text();
    void decode(std::string_view name);

    const char* at_ = nullptr;  ///< with places: where the text begins; else behind the bracket, or the member before
    const char* end_ = nullptr;
    const Place* place_ = nullptr;  ///< of the next member
    const Place* last_ = nullptr;   ///< behind that of the last
    std::string_view name_;
    std::string unescaped_;
    Raw value_;
};

/// Goes through the elements of an array; what is none has none.
class Elements {
public:
    explicit Elements(Raw array);

    bool next();
    Raw value() const { return value_; }

private:
    const char* at_ = nullptr;
    const char* end_ = nullptr;
    const Place* place_ = nullptr;
    const Place* last_ = nullptr;
    Raw value_;
};

}  // namespace flux::json
