#include "mcp/resources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"
#include "mcp/cursor.hpp"
#include "mcp/introduction.hpp"

namespace flux::mcp {

namespace {

using Shared = std::shared_ptr<const Resource>;

constexpr std::string_view list_name = "resources";

void write_optional(json::Writer& writer, std::string_view key, const std::string& text) {
    if (!text.empty()) writer.key(key).string(text);
}

void write_listed(json::Writer& writer, const ListedResource& resource) {
    writer.object().key("uri").string(resource.uri).key("name").string(resource.name);
    write_optional(writer, "title", resource.title);
    write_optional(writer, "description", resource.description);
    write_optional(writer, "mimeType", resource.mime_type);
    if (resource.size) writer.key("size").integer(*resource.size);
    writer.end_object();
}

/// One page of the list on its way, out of several sources: the fixed resources one by one, and the families, each with
/// pages of its own.
class Page {
public:
    explicit Page(std::size_t size) : size_{size} { writer_.key(list_name).array(); }

    bool is_full() const { return count_ >= size_; }
    void add(const ListedResource& resource) {
        write_listed(writer_, resource);
        ++count_;
    }
    std::string finish(const std::optional<Cursor>& next) {
        writer_.end_array();
        if (next) writer_.key("nextCursor").string(cursor_text(*next));
        return std::move(members_);
    }

private:
    std::string members_;
    json::Writer writer_{members_};
    std::size_t size_;
    std::size_t count_ = 0;
};

async::Task<Answered> list_page(std::vector<Shared> sources, std::size_t begin, std::string inside,
                                std::size_t page_size, std::shared_ptr<Call> call) {
    Page page{page_size};
    bool moves = false;
    for (auto i = begin; i < sources.size(); ++i) {
        const auto& source = *sources[i];
        if (page.is_full()) {
            const Cursor next{std::string{list_name}, sources[i - 1]->name};
            co_return Answer{page.finish(next), moves ? std::chrono::milliseconds{0} : list_keep_for};
        }
        if (!source.list) {
            page.add({source.uri, source.name, source.title, source.description, source.mime_type});
            continue;
        }
        moves = true;
        auto where = std::exchange(inside, std::string{});
        const auto part = co_await source.list(std::move(where), call);
        if (!part) co_return tl::unexpected{wire_error(part.error())};
        for (const auto& resource : part->resources) page.add(resource);
        if (!part->cursor.empty()) {
            const Cursor next{std::string{list_name}, source.name, part->cursor};
            co_return Answer{page.finish(next), std::chrono::milliseconds{0}};
        }
    }
    co_return Answer{page.finish({}), moves ? std::chrono::milliseconds{0} : list_keep_for};
}

Answer written(const Resource& resource, const std::string& uri, const ResourceReading& reading) {
    Answer answer;
    answer.keep_for = resource.keep_for;
    json::Writer writer{answer.members};
    writer.key("contents").array();
    for (const auto& part : reading.contents) {
        writer.object().key("uri").string(part.uri.empty() ? uri : part.uri);
        write_optional(writer, "mimeType", part.mime_type.empty() ? resource.mime_type : part.mime_type);
        if (part.binary) {
            writer.key("blob").string(to_base64(part.data));
        } else {
            writer.key("text").string(part.data);
        }
        writer.end_object();
    }
    writer.end_array();
    return answer;
}

async::Task<Answered> read_resource(Shared resource, ResourceAddress address, int unknown_code,
                                    std::shared_ptr<Call> call) {
    const auto uri = address.uri;
    const auto reading = co_await resource->read(std::move(address), std::move(call));
    if (!reading) {
        const auto& error = reading.error();
        if (error.code == Errc::not_found) co_return tl::unexpected{unknown_resource(uri, error.message, unknown_code)};
        co_return tl::unexpected{wire_error(error)};
    }
    if (reading->needs) co_return asking(*reading->needs);
    if (reading->contents.empty()) throw std::logic_error{"the resource gave no contents"};
    co_return written(*resource, uri, *reading);
}

}  // namespace

std::vector<Resources::Place> Resources::placed(std::vector<Resource> resources) {
    std::vector<Place> shelf;
    for (auto& resource : resources) {
        if (!resource.read) throw std::invalid_argument{"resource " + resource.name + " needs a `read`"};
        const auto same = [&](const Place& other) { return other.resource->name == resource.name; };
        if (std::any_of(shelf.begin(), shelf.end(), same)) {
            throw std::invalid_argument{"there are two resources named " + resource.name};
        }
        UriTemplate uri{resource.uri};
        if (resource.list && !uri.has_variables()) {
            throw std::invalid_argument{"resource " + resource.name + " is one, so it has no list"};
        }
        shelf.push_back({std::move(uri), std::make_shared<const Resource>(std::move(resource))});
    }
    return shelf;
}

PagedList Resources::listed_templates(const std::vector<Place>& shelf, std::size_t page_size) {
    std::vector<PagedList::Entry> entries;
    for (const auto& place : shelf) {
        if (!place.uri.has_variables()) continue;
        const auto& resource = *place.resource;
        PagedList::Entry entry{resource.name, {}};
        json::Writer writer{entry.json};
        writer.object().key("uriTemplate").string(resource.uri).key("name").string(resource.name);
        write_optional(writer, "title", resource.title);
        write_optional(writer, "description", resource.description);
        write_optional(writer, "mimeType", resource.mime_type);
        writer.end_object();
        entries.push_back(std::move(entry));
    }
    return {"resourceTemplates", std::move(entries), page_size};
}

Resources::Resources(std::vector<Resource> resources, const ServerOptions& options, const CallRules& rules)
    : shelf_{placed(std::move(resources))},
      templates_{listed_templates(shelf_, options.page_size)},
      page_size_{options.page_size},
      rules_{rules} {}

std::shared_ptr<RunningCall> Resources::list(const Request& request, CallSite site) const {
    const auto cursor = cursor_of(request.params);
    if (!cursor) {
        site.reply.fail(request.id, cursor.error());
        return nullptr;
    }
    std::vector<Shared> listed;
    for (const auto& place : shelf_) {
        if (!place.uri.has_variables() || place.resource->list) listed.push_back(place.resource);
    }
    std::size_t begin = 0;
    std::string inside;
    if (!cursor->empty()) {
        auto place = read_cursor(*cursor, list_name);
        const auto named = [&](const Shared& resource) { return place && resource->name == place->after; };
        const auto last = std::find_if(listed.begin(), listed.end(), named);
        if (last == listed.end()) {
            site.reply.fail(request.id, unknown_cursor());
            return nullptr;
        }
        begin = static_cast<std::size_t>(last - listed.begin()) + (place->inside.empty() ? 1 : 0);
        inside = std::move(place->inside);
    }
    const auto page_size = page_size_;
    auto make = [listed = std::move(listed), begin, inside = std::move(inside), page_size](std::shared_ptr<Call> call) {
        return list_page(listed, begin, inside, page_size, std::move(call));
    };
    return start_call(request, request.method, std::move(site), rules_, std::move(make));
}

std::shared_ptr<RunningCall> Resources::read(const Request& request, CallSite site) const {
    const auto uri = request.params.member("uri").string();
    if (!uri) {
        site.reply.fail(request.id, invalid_params("`params.uri` has to name a resource."));
        return nullptr;
    }
    auto found = find(*uri);
    const int unknown_code = site.scope.unknown_resource_code;
    if (!found) {
        const auto message = fmt::format(
            "There is no resource `{}`. `resources/list` and `resources/templates/list` "
            "show which there are.",
            shortened(*uri, 200));
        site.reply.fail(request.id, unknown_resource(*uri, message, unknown_code));
        return nullptr;
    }
    const auto& params = request.params;
    if (const auto error = read_round(site, request_digest(request.method, params), params.member("inputResponses"),
                                      params.member("requestState"), rules_)) {
        site.reply.fail(request.id, *error);
        return nullptr;
    }
    const auto name = found->resource->name;
    auto make = [found = *std::move(found), unknown_code](std::shared_ptr<Call> call) {
        return read_resource(found.resource, found.address, unknown_code, std::move(call));
    };
    return start_call(request, name, std::move(site), rules_, std::move(make));
}

std::optional<Resources::Found> Resources::find(std::string_view uri) const {
    for (const auto& place : shelf_) {
        if (auto variables = place.uri.match(uri)) {
            return Found{place.resource, {std::string{uri}, *std::move(variables)}};
        }
    }
    return {};
}

tl::expected<Completer, WireError> Resources::completer(std::string_view uri, std::string_view variable) const {
    const auto place = std::find_if(shelf_.begin(), shelf_.end(), [&](const Place& other) {
        return other.uri.text() == uri && other.uri.has_variables();
    });
    if (place == shelf_.end()) {
        return tl::unexpected{invalid_params(fmt::format("There is no resource template `{}`.", shortened(uri, 200)))};
    }
    const auto& names = place->uri.variables();
    if (std::find(names.begin(), names.end(), variable) == names.end()) {
        return tl::unexpected{invalid_params(
            fmt::format("The template `{}` has no variable `{}`.", place->uri.text(), shortened(variable, 80)))};
    }
    for (const auto& [name, complete] : place->resource->completers) {
        if (name == variable) return complete;
    }
    return Completer{};
}

}  // namespace flux::mcp
