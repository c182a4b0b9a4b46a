#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admission/visitor.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "mcp/call.hpp"
#include "mcp/change_feed.hpp"
#include "mcp/completion.hpp"
#include "mcp/input.hpp"
#include "mcp/named_texts.hpp"

namespace flux::mcp {

/// Which resource is meant, and what its URI said to the template's variables, percent-decoded.
struct ResourceAddress {
    std::string uri = {};
    NamedTexts variables = {};
};

/// A resource's contents, or one of their parts.
struct ResourceContents {
    std::string data = {};       ///< UTF-8 text, or bytes
    std::string mime_type = {};  ///< empty: the one that the resource was registered with
    bool binary = false;         ///< `data` is bytes, which go out as Base64
    std::string uri = {};        ///< of the part; empty: the one that was asked for
};

/// What reading gives: one part or more, never none.
struct ResourceReading {
    std::vector<ResourceContents> contents = {};
    std::optional<InputNeeded> needs = {};  ///< set: this is no answer yet
};

/// A resource as `resources/list` shows it.
struct ListedResource {
    std::string uri = {};
    std::string name = {};
    std::string title = {};
    std::string description = {};
    std::string mime_type = {};
    std::optional<std::int64_t> size = {};  ///< in bytes
};

struct ResourcePage {
    std::vector<ListedResource> resources = {};
    std::string cursor = {};  ///< for `list` of the next page; empty: this was the last
};

/// A resource, or a family of them under one template, as a value. All its functions run on the executor of whoever
/// asks, and see who that is.
struct Resource {
    /// `flux://runs`, or a template with variables: `flux://runs/{run_id}`, `flux://workflows{?branch}`
    /// (mcp/uri_template.hpp says what is understood of RFC 6570).
    std::string uri = {};
    std::string name = {};  ///< unique among the resources
    std::string title = {};
    std::string description = {};
    std::string mime_type = {};

    /// How long a client may keep what it read; 0 for what moves.
    std::chrono::milliseconds keep_for{0};

    /// Reads it. `not_found` when the URI fits but names nothing.
    std::function<async::Task<Result<ResourceReading>>(ResourceAddress, std::shared_ptr<Call>)> read = {};

    /// For templates, and optional: the members of the family that are worth listing, page by page; `cursor` is empty
    /// for the first. A fixed resource is always listed.
    std::function<async::Task<Result<ResourcePage>>(std::string cursor, std::shared_ptr<Call>)> list = {};

    /// Optional: what tells that it has changed. Nullptr from it: this one never will.
    std::function<std::unique_ptr<ChangeFeed>(const ResourceAddress&, const admission::Visitor&)> watch = {};

    /// Completes the template's variables, by their names.
    std::vector<std::pair<std::string, Completer>> completers = {};
};

}  // namespace flux::mcp
