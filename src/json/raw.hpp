#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flux::json {

enum class Kind { object, array, string, number, boolean, null };

/// A value as it stands in text that passed the strict pre-pass, without blanks around it: for reading a few members
/// of a message without building a tree. A view; the text has to outlive it.
class Raw {
public:
    Raw() = default;
    /// `text` is one checked value, maybe with blanks around it.
    explicit Raw(std::string_view text);

    bool absent() const { return text_.empty(); }
    explicit operator bool() const { return !absent(); }
    std::string_view text() const { return text_; }

    Kind kind() const;  ///< not for what is absent
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
    friend class Members;
    friend class Elements;

    std::string_view text_;
};

/// Goes through the members of an object:
///
///     for (Members member{object}; member.next();) use(member.name(), member.value());
class Members {
public:
    /// What is no object has no members.
    explicit Members(Raw object);

    bool next();
    std::string_view name() const { return name_; }  ///< decoded; valid until `next`
    Raw value() const { return value_; }

private:
    const char* at_ = nullptr;  ///< behind the bracket, and then behind the member before
    const char* end_ = nullptr;
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
    Raw value_;
};

}  // namespace flux::json
