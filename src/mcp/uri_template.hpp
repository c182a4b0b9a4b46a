#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/named_texts.hpp"

namespace flux::mcp {

/// A URI with variables, as far as RFC 6570 can be read backwards without doubt: `{name}` inside the path, and
/// `{?name,other}` at the end, whose names may come in any order or not at all.
class UriTemplate {
public:
    /// Throws std::invalid_argument for what isn't understood: a template is written by a developer.
    explicit UriTemplate(std::string_view text);

    const std::string& text() const { return text_; }
    bool has_variables() const { return !variables_.empty(); }
    const std::vector<std::string>& variables() const { return variables_; }

    /// What `uri` says to the variables, percent-decoded; nothing if it isn't of this form. A `{name}` is never empty,
    /// and ends before `/`, `?` and `#`.
    std::optional<NamedTexts> match(std::string_view uri) const;

private:
    struct Part {
        std::string literal;   ///< in front of the variable
        std::string variable;  ///< empty: the path ends with the literal
    };

    std::string text_;
    std::vector<Part> parts_;
    std::vector<std::string> in_query_;
    std::vector<std::string> variables_;
};

/// `text` with everything escaped that has a meaning in a URI: what a template's variable becomes.
std::string percent_encoded(std::string_view text);

}  // namespace flux::mcp
