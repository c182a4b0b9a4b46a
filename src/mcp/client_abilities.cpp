#include "mcp/client_abilities.hpp"

namespace flux::mcp {

ClientAbilities ClientAbilities::read(json::Raw capabilities, Revision revision) {
    ClientAbilities abilities;
    for (json::Members member{capabilities}; member.next();) {
        if (!member.value().is(json::Kind::object)) continue;
        if (member.name() == "elicitation" && revision >= Revision::june_2025) {
            const bool forms = !member.value().member("form").absent();
            abilities.elicitation_urls = revision >= Revision::november_2025 && !member.value().member("url").absent();
            // Before there were pages, an empty object stood for forms.
            abilities.elicitation = forms || !abilities.elicitation_urls;
        }
        if (member.name() == "sampling") abilities.sampling = true;
        if (member.name() == "roots") abilities.roots = true;
        if (member.name() == "extensions" && revision >= first_stateless) {
            abilities.tasks = member.value().member("io.modelcontextprotocol/tasks").is(json::Kind::object);
        }
    }
    return abilities;
}

}  // namespace flux::mcp
