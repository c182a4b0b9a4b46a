#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/completion.hpp"
#include "mcp/message.hpp"
#include "mcp/paged_list.hpp"
#include "mcp/resource.hpp"
#include "mcp/running_call.hpp"
#include "mcp/server.hpp"
#include "mcp/uri_template.hpp"

namespace flux::mcp {

/// The resources of the catalogue: `resources/list`, `resources/templates/list` and `resources/read`. Built once, then
/// read only.
class Resources {
public:
    /// Throws std::invalid_argument for two resources of one name, for one that cannot be read, and for a template that
    /// isn't understood.
    Resources(std::vector<Resource> resources, const ServerOptions& options, const CallRules& rules);

    bool empty() const { return shelf_.empty(); }
    const PagedList& templates() const { return templates_; }

    /// The fixed ones, then what each family lists of itself.
    std::shared_ptr<RunningCall> list(const Request& request, CallSite site) const;

    std::shared_ptr<RunningCall> read(const Request& request, CallSite site) const;

    /// A resource and where it is; the first one that a URI fits, in the order of the catalogue.
    struct Found {
        std::shared_ptr<const Resource> resource;
        ResourceAddress address;
    };
    std::optional<Found> find(std::string_view uri) const;

    /// What completes a variable of the template `uri`; empty if nothing does. -32602 for what doesn't exist.
    tl::expected<Completer, WireError> completer(std::string_view uri, std::string_view variable) const;

private:
    struct Place {
        UriTemplate uri;
        std::shared_ptr<const Resource> resource;  // shared, because a call may outlive the server
    };
    static std::vector<Place> placed(std::vector<Resource> resources);
    static PagedList listed_templates(const std::vector<Place>& shelf, std::size_t page_size);

    std::vector<Place> shelf_;
    PagedList templates_;
    std::size_t page_size_;
    const CallRules& rules_;
};

}  // namespace flux::mcp
