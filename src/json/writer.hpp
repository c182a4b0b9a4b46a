#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flux::json {

/// Appends `text` to `out` as a JSON string, quotes included. What isn't UTF-8 becomes U+FFFD.
void append_string(std::string& out, std::string_view text);

/// Appends JSON to a string, front to back, without a tree and without allocating beside the string itself: for the hot
/// path and for tools. It sets the commas; that what is opened gets closed is the caller's part.
///
///     Writer{out}.object().key("run_id").integer(7).key("branch").string(name).end_object();
class Writer {
public:
    /// `out` has to live as long as the writer; what it holds already stays.
    explicit Writer(std::string& out) : out_{out} {}

    Writer& object() { return open('{'); }
    Writer& end_object() { return close('}'); }
    Writer& array() { return open('['); }
    Writer& end_array() { return close(']'); }

    /// The name of the next value; only inside an object.
    Writer& key(std::string_view name);

    Writer& string(std::string_view text);
    Writer& integer(std::int64_t number);
    /// The shortest form that reads back as the same number; `null` for what JSON cannot write (infinities, NaN).
    Writer& number(double number);
    Writer& boolean(bool value) { return raw(value ? "true" : "false"); }
    Writer& null() { return raw("null"); }

    /// A value that is JSON already, on one line or many; not checked.
    Writer& raw(std::string_view json);

private:
    Writer& open(char bracket);
    Writer& close(char bracket);
    void separate();

    std::string& out_;
    bool comma_ = false;
};

}  // namespace flux::json
