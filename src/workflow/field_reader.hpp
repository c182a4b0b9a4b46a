#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/availability.hpp"
#include "workflow/diagnostic.hpp"
#include "workflow/workflow.hpp"
#include "workflow/yaml_tree.hpp"

namespace flux::workflow {

/// Turns nodes of a YAML file into parts of the AST and gathers what is wrong with them. For the readers of this room.
///
/// Nothing here stops at a mistake: a part that could not be read is left out, and the diagnostics say so.
class FieldReader {
public:
    enum class Expected : std::uint8_t { text, boolean, number };

    /// `source` is the file's text; it outlives the reader.
    explicit FieldReader(std::string_view source) : source_{source} {}

    void refuse(Place place, std::string message, std::string cure = {});
    void note(Place place, std::string message, std::string cure = {});
    const Diagnostics& diagnostics() const { return diagnostics_; }
    const Diagnostics& notes() const { return notes_; }

    /// Whether the node is of that kind; otherwise refuses it, as `what`.
    bool is_mapping(const YamlNode& node, std::string_view what);
    bool is_sequence(const YamlNode& node, std::string_view what);
    bool is_text(const YamlNode& node, std::string_view what);

    /// Refuses the members whose names aren't among `keys`, with the nearest.
    void only(const YamlNode& mapping, std::string_view what, std::initializer_list<std::string_view> keys);

    /// These read the member `key` of a mapping; absent, or refused: nothing.
    std::optional<Field> field(const YamlNode& mapping, std::string_view key, Where where,
                               Expected expected = Expected::text);
    std::optional<Name> name(const YamlNode& mapping, std::string_view key);
    std::optional<Condition> condition(const YamlNode& mapping, Where where);
    std::vector<Entry> entries(const YamlNode& mapping, std::string_view key, Where where);
    RunDefaults run_defaults(const YamlNode& mapping, Where where);

    std::optional<Field> field(const YamlNode& node, std::string_view what, Where where, Expected expected,
                               bool may_be_null);
    Tree tree(const YamlNode& node, Where where);

    /// Refuses an id that is too long or has other characters than letters, digits, `_` and `-`.
    void check_id(std::string_view id, Place place, std::string_view what);

private:
    Template scalar(const YamlNode& node, Where where);
    void check(const Template& value, const YamlNode& node, Where where);
    void refuse_expression(const YamlNode& node, const ExpressionError& error);
    /// Where byte `offset` of a scalar's text stands in the file.
    Place place_in(const YamlNode& node, std::size_t offset) const;

    std::string_view source_;
    Diagnostics diagnostics_;
    Diagnostics notes_;
};

/// Reads the list under `steps`. A composite action's steps need a `shell` for each `run` and can't run in parallel.
std::vector<Step> read_steps(FieldReader& reader, const YamlNode& node, bool of_action);

/// Reads what stands under `on`.
Triggers read_triggers(FieldReader& reader, const YamlNode& node);

}  // namespace flux::workflow
