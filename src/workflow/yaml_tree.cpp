#include "workflow/yaml_tree.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <sstream>
#include <unordered_set>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "workflow/decimal.hpp"
#include "workflow/reader.hpp"

namespace flux::workflow {

namespace {

constexpr std::size_t max_yaml_depth = 50;
/// Of the whole tree, with what aliases repeat.
constexpr std::size_t max_yaml_nodes = 100'000;
constexpr std::size_t max_yaml_text = 4 * max_workflow_bytes;

/// Leaves yaml-cpp's parser, whose handler has no other way to stop it. Caught in read_yaml().
struct Refused {
    Diagnostic diagnostic;
};

Place place_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

bool is_untagged(const std::string& tag) { return tag.empty() || tag == "?" || tag == "!"; }

/// Builds the tree from yaml-cpp's events: its own tree knows no order of anchors and expands aliases without a limit.
class Builder final : public YAML::EventHandler {
public:
    YamlNode take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ > 0) refuse(mark, "A second YAML document starts here.", "Keep one document in the file.");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        YamlNode node = made(mark, YamlNode::Kind::null);
        node.is_plain = true;
        add(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) refuse(mark, "This alias stands inside what it refers to.", "Write it out.");
        auto copy = found->second;
        count(copy, mark, open_.size());
        place(std::move(copy), mark);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        if (!is_untagged(tag)) refuse_tag(mark, tag);
        auto node = made(mark, YamlNode::Kind::scalar);
        node.is_plain = tag != "!";
        node.text = text;
        add(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        start(mark, tag, anchor, YamlNode::Kind::sequence);
    }
    void OnSequenceEnd() override { end(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        start(mark, tag, anchor, YamlNode::Kind::mapping);
    }
    void OnMapEnd() override { end(); }

private:
    struct Open {
        YamlNode node;
        YAML::anchor_t anchor = 0;
        std::optional<YamlNode> key;            ///< of a mapping, while its value is read
        std::unordered_set<std::string> names;  ///< of a mapping, in lower case
    };

    [[noreturn]] static void refuse(const YAML::Mark& mark, std::string message, std::string cure) {
        throw Refused{{place_of(mark), std::move(message), std::move(cure)}};
    }

    [[noreturn]] static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
        refuse(mark, fmt::format("The YAML tag `{}` is not possible in a workflow.", shortened(tag, 60)),
               "Leave it out.");
    }

    static YamlNode made(const YAML::Mark& mark, YamlNode::Kind kind) {
        YamlNode node;
        node.kind = kind;
        node.place = place_of(mark);
        node.offset = mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
        return node;
    }

    void start(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
        if (!is_untagged(tag)) refuse_tag(mark, tag);
        if (open_.size() >= max_yaml_depth) refuse_depth(mark);
        open_.push_back({made(mark, kind), anchor, std::nullopt, {}});
    }

    [[noreturn]] static void refuse_depth(const YAML::Mark& mark) {
        refuse(mark, fmt::format("The file is more than {} levels deep here.", max_yaml_depth), "Make it flatter.");
    }

    void end() {
        auto done = std::move(open_.back());
        open_.pop_back();
        add(std::move(done.node), done.anchor);
    }

    void add(YamlNode node, YAML::anchor_t anchor) {
        const YAML::Mark mark = mark_of(node);
        pay(node, mark);
        if (anchor != 0) anchors_[anchor] = node;
        place(std::move(node), mark);
    }

    static YAML::Mark mark_of(const YamlNode& node) {
        YAML::Mark mark;
        mark.line = node.place.line - 1;
        mark.column = node.place.column - 1;
        return mark;
    }

    void pay(const YamlNode& node, const YAML::Mark& mark) {
        nodes_ += 1;
        text_ += node.text.size();
        if (nodes_ > max_yaml_nodes || text_ > max_yaml_text)
            refuse(mark, "The file is too large once its aliases are written out.", "Use fewer or smaller aliases.");
    }

    void count(const YamlNode& node, const YAML::Mark& mark, std::size_t depth) {
        if (depth > max_yaml_depth) refuse_depth(mark);
        pay(node, mark);
        for (const auto& item : node.items) count(item, mark, depth + 1);
        for (const auto& member : node.members) {
            text_ += member.name.size();
            count(member.value, mark, depth + 1);
        }
    }

    void place(YamlNode node, const YAML::Mark& mark) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        auto& parent = open_.back();
        if (parent.node.kind == YamlNode::Kind::sequence) {
            parent.node.items.push_back(std::move(node));
        } else if (parent.key) {
            parent.node.members.push_back({std::move(parent.key->text), parent.key->place, std::move(node)});
            parent.key.reset();
        } else {
            check_key(parent, node, mark);
            parent.key = std::move(node);
        }
    }

    void check_key(Open& parent, const YamlNode& key, const YAML::Mark& mark) {
        if (key.kind != YamlNode::Kind::scalar && key.kind != YamlNode::Kind::null)
            refuse(mark, "A key has to be a plain word.", "");
        if (key.is_plain && key.text == "<<")
            refuse(mark, "The merge key `<<` is not possible in a workflow.",
                   "Write the members out, or alias the whole value.");
        if (parent.names.contains(ascii_lower(key.text)))
            refuse(mark, fmt::format("The key `{}` is already there above.", shortened(key.text, 100)),
                   "Keep one of them; keys ignore case.");
        parent.names.insert(ascii_lower(key.text));
    }

    YamlNode root_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, YamlNode> anchors_;
    std::size_t nodes_ = 0;
    std::size_t text_ = 0;
    int documents_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view name) const {
    const auto found = std::ranges::find(members, name, &Member::name);
    return found == members.end() ? nullptr : &found->value;
}

Value scalar_value(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::null) return {};
    const std::string_view text = node.text;
    if (!node.is_plain || text.empty()) return Value{text};
    if (text == "true" || text == "True" || text == "TRUE") return Value{true};
    if (text == "false" || text == "False" || text == "FALSE") return Value{false};
    if (text.starts_with("0x") || text.starts_with("0o")) {
        const auto number = text_number(text);
        return number == number ? Value{number} : Value{text};
    }
    constexpr double infinity = std::numeric_limits<double>::infinity();
    static constexpr std::array<std::string_view, 3> spellings{".inf", ".Inf", ".INF"};
    const auto digits = text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
    if (std::ranges::find(spellings, digits) != spellings.end())
        return Value{text.starts_with('-') ? -infinity : infinity};
    if (text == ".nan" || text == ".NaN" || text == ".NAN") return Value{std::numeric_limits<double>::quiet_NaN()};
    if (const auto number = decimal(text)) return Value{*number};
    return Value{text};
}

tl::expected<YamlNode, Diagnostic> read_yaml(std::string_view text) {
    if (text.size() > max_workflow_bytes) {
        return tl::unexpected{
            Diagnostic{{},
                       fmt::format("The file has {} bytes; {} are allowed.", text.size(), max_workflow_bytes),
                       "Move scripts into files of their own."}};
    }
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
        return tl::unexpected{Diagnostic{{}, "The file is not UTF-8 text.", "Save it as UTF-8."}};
    Builder builder;
    try {
        std::istringstream stream{std::string{text}};
        YAML::Parser parser{stream};
        while (parser.HandleNextDocument(builder)) continue;
    } catch (const Refused& refused) {
        return tl::unexpected{refused.diagnostic};
    } catch (const YAML::Exception& exception) {
        return tl::unexpected{Diagnostic{place_of(exception.mark),
                                         fmt::format("This is no valid YAML: {}.", exception.msg),
                                         "Look at the indentation, quotes and colons here and on the line above."}};
    }
    return builder.take();
}

}  // namespace flux::workflow
