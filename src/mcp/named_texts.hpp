#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flux::mcp {

/// Texts by their names: what a URI gave to a template's variables, or a prompt's arguments.
class NamedTexts {
public:
    void set(std::string name, std::string text) { texts_.emplace_back(std::move(name), std::move(text)); }

    /// Nullptr if there is none.
    const std::string* find(std::string_view name) const {
        const auto found =
            std::find_if(texts_.begin(), texts_.end(), [&](const auto& pair) { return pair.first == name; });
        return found == texts_.end() ? nullptr : &found->second;
    }

    /// Empty if there is none.
    std::string get(std::string_view name) const {
        const auto* text = find(name);
        return text ? *text : std::string{};
    }

    auto begin() const { return texts_.begin(); }
    auto end() const { return texts_.end(); }
    bool empty() const { return texts_.empty(); }

private:
    std::vector<std::pair<std::string, std::string>> texts_;
};

}  // namespace flux::mcp
