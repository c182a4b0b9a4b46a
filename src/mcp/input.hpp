#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flux::mcp {

/// Something that only the client's side can tell: its user, its model, or the client itself.
struct InputRequest {
    enum class Kind { elicitation, elicitation_url, sampling, roots };

    std::string key;  ///< under which the answer comes back
    Kind kind = Kind::elicitation;
    /// Of `elicitation/create` or `sampling/createMessage`, a JSON object; empty: none. A page's (`"mode":"url"`) comes
    /// without `elicitationId`, which only one revision has.
    std::string params = {};
};

/// A handler's answer when it cannot go on without them: it is called again, from its beginning, with what was
/// answered. The same handler serves both eras; in the stateless one the client comes back with a new request, which
/// may reach another thread, so whatever the handler wants to know by then stands in `state`.
struct InputNeeded {
    std::vector<InputRequest> requests = {};
    std::string state = {};  ///< comes back as it is: nobody can change it, but the client can read it
};

/// What a call has from its earlier rounds.
struct Round {
    std::vector<std::pair<std::string, std::string>> inputs = {};  ///< by key: the result, as JSON
    std::string state = {};

    const std::string* input(std::string_view key) const {
        const auto found =
            std::find_if(inputs.begin(), inputs.end(), [&](const auto& input) { return input.first == key; });
        return found == inputs.end() ? nullptr : &found->second;
    }
};

}  // namespace flux::mcp
