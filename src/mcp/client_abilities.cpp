#include "mcp/client_abilities.hpp"

namespace flux::mcp {

ClientAbilities ClientAbilities::read(json::Raw capabilities) {
    ClientAbilities abilities;
    for (json::Members member{capabilities}; member.next();) {
        if (!member.value().is(json::Kind::object)) continue;
        if (member.name() == "elicitation") {
            const bool forms = !member.value().member("form").absent();
            abilities.elicitation_urls = !member.value().member("url").absent();
            // Before there were pages, an empty object stood for forms.
            abilities.elicitation = forms || !abilities.elicitation_urls;
        }
        if (member.name() == "sampling") abilities.sampling = true;
        if (member.name() == "roots") abilities.roots = true;
        if (member.name() == "extensions") {
            abilities.tasks = member.value().member("io.modelcontextprotocol/tasks").is(json::Kind::object);
        }
    }
    return abilities;
}

}  // namespace flux::mcp
