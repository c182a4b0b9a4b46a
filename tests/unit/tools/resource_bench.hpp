#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mcp/uri_template.hpp"
#include "unit/tools/tool_bench.hpp"

namespace flux::tools {

/// The catalogue's resources and prompts over a fake provider.
class ResourceBench : public ToolBench {
public:
    ServerFacts facts{"1.2.3", 30, 60, {"http://127.0.0.1:8787/mcp", "/opt/flux-mcp", true}};

    mcp::Catalog catalog() { return make_catalog(provider, clock, pool, policy, facts); }

    Result<mcp::ResourceReading> read(std::string_view uri) {
        const auto [resource, address] = find(uri);
        return run(resource.read(address, last_call));
    }

    std::string text(std::string_view uri) {
        const auto reading = read(uri);
        if (!reading) throw std::runtime_error{reading.error().message};
        return reading->contents.at(0).data;
    }

    boost::json::value json(std::string_view uri) { return boost::json::parse(text(uri)); }

    std::unique_ptr<mcp::ChangeFeed> watch(std::string_view uri) {
        const auto [resource, address] = find(uri);
        return resource.watch ? resource.watch(address, last_call->visitor()) : nullptr;
    }

    mcp::Completion complete(const mcp::Completer& completer, std::string value, mcp::NamedTexts settled = {}) {
        mcp::CompletionQuery query{std::move(value), std::move(settled)};
        auto completion = run(completer(std::move(query), last_call));
        if (!completion) throw std::runtime_error{completion.error().message};
        return *std::move(completion);
    }

private:
    std::pair<mcp::Resource, mcp::ResourceAddress> find(std::string_view uri) {
        for (auto& resource : catalog().resources) {
            if (auto variables = mcp::UriTemplate{resource.uri}.match(uri)) {
                return {resource, {std::string{uri}, *std::move(variables)}};
            }
        }
        throw std::invalid_argument{"no such resource"};
    }
};

}  // namespace flux::tools
