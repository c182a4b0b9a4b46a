#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "workflow/diagnostic.hpp"
#include "workflow/place.hpp"
#include "workflow/value.hpp"

namespace flux::workflow {

/// A node of a YAML file, with its place. For the readers of this room alone.
struct YamlNode {
    enum class Kind : std::uint8_t { null, scalar, sequence, mapping };
    struct Member;

    Kind kind = Kind::null;
    Place place;
    std::size_t offset = 0;  ///< byte of the file where it starts
    bool is_plain = false;   ///< a scalar without quotes that is no block
    std::string text;        ///< of a scalar
    std::vector<YamlNode> items;
    std::vector<Member> members;

    /// nullptr: no such member.
    const YamlNode* find(std::string_view name) const;
};

struct YamlNode::Member {
    std::string name;
    Place place;
    YamlNode value;
};

/// A scalar's value: plain ones by YAML 1.2's core schema (null, booleans, numbers), all others text.
Value scalar_value(const YamlNode& node);

/// Reads one YAML document, at most max_workflow_bytes and 50 levels. Tags, merge keys, repeated keys (ignoring case)
/// and keys that are no scalars are refused; aliases are resolved as long as they don't grow the file much.
tl::expected<YamlNode, Diagnostic> read_yaml(std::string_view text);

}  // namespace flux::workflow
