#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unit/mcp/example_server.hpp"

namespace flux::mcp {

inline async::Task<Result<ResourceReading>> reading(std::string data, bool binary = false) {
    ResourceReading result;
    result.contents.push_back({.data = std::move(data), .binary = binary});
    co_return result;
}

inline async::Task<Result<ResourceReading>> read_build(ResourceAddress address) {
    const auto id = address.variables.get("id");
    if (id == "404") co_return fail(Errc::not_found, "There is no build 404.");
    if (id == "500") co_return fail(Errc::unavailable, "The store is busy.");
    if (id == "broken") throw std::runtime_error{"secret detail"};
    ResourceReading result;
    result.contents.push_back({.data = "build " + id});
    co_return result;
}

/// Five builds, two a page.
inline async::Task<Result<ResourcePage>> list_builds(std::string cursor) {
    const int begin = cursor.empty() ? 1 : std::stoi(cursor);
    ResourcePage page;
    for (int i = begin; i < begin + 2 && i <= 5; ++i) {
        page.resources.push_back({"demo://builds/" + std::to_string(i), "build " + std::to_string(i)});
    }
    if (begin + 2 <= 5) page.cursor = std::to_string(begin + 2);
    co_return page;
}

inline async::Task<Result<Completion>> complete_branch(CompletionQuery query) {
    if (query.value == "many") {
        Completion many;
        for (int i = 0; i < 150; ++i) many.values.push_back(std::to_string(i));
        co_return many;
    }
    Completion completion;
    completion.values = {query.value + "ain", query.arguments.get("workflow")};
    completion.total = 2;
    co_return completion;
}

inline async::Task<Result<PromptText>> ship(NamedTexts arguments) {
    if (arguments.get("branch") == "lost") co_return fail(Errc::invalid_argument, "There is no branch lost.");
    PromptText text;
    text.description = "How to ship it";
    text.messages.push_back({Content::text("Ship " + arguments.get("branch") + ".")});
    text.messages.push_back({{Content::Kind::audio, R"({"type":"audio","data":"AA==","mimeType":"audio/wav"})"},
                             PromptMessage::Role::assistant});
    co_return text;
}

/// A tool, two resources, a family of them, and two prompts.
inline Catalog example_library() {
    auto catalog = ExampleServer::quick_catalog();
    Resource guide{.uri = "demo://guide", .name = "guide", .title = "The guide", .mime_type = "text/markdown"};
    guide.keep_for = std::chrono::seconds{60};
    guide.read = [](ResourceAddress, std::shared_ptr<Call>) { return reading("# Hello"); };
    Resource image{.uri = "demo://image", .name = "image", .mime_type = "image/png"};
    image.read = [](ResourceAddress, std::shared_ptr<Call>) { return reading(std::string{"\0\xFF", 2}, true); };
    Resource build{.uri = "demo://builds/{id}", .name = "build", .description = "One build."};
    build.read = [](ResourceAddress address, std::shared_ptr<Call>) { return read_build(std::move(address)); };
    build.list = [](std::string cursor, std::shared_ptr<Call>) { return list_builds(std::move(cursor)); };
    catalog.resources.push_back(std::move(guide));
    catalog.resources.push_back(std::move(image));
    catalog.resources.push_back(std::move(build));

    Prompt prompt{.name = "ship", .title = "Ship it", .description = "Ships a branch."};
    PromptArgument branch{.name = "branch", .description = "Which one", .required = true};
    branch.complete = [](CompletionQuery query, std::shared_ptr<Call>) { return complete_branch(std::move(query)); };
    prompt.arguments.push_back(std::move(branch));
    prompt.arguments.push_back({.name = "workflow"});
    prompt.get = [](NamedTexts arguments, std::shared_ptr<Call>) { return ship(std::move(arguments)); };
    catalog.prompts.push_back(std::move(prompt));
    Prompt other{.name = "plain", .description = "Says nothing."};
    other.get = [](NamedTexts arguments, std::shared_ptr<Call>) { return ship(std::move(arguments)); };
    catalog.prompts.push_back(std::move(other));
    return catalog;
}

/// A client of such a server, on one stream.
struct LibraryClient {
    explicit LibraryClient(ServerOptions options = {}, Catalog catalog = example_library())
        : example{std::move(options), std::move(catalog)},
          stream{example.server.open({visitor_with(turns), true, NameStyle::automatic}, example.executor(), outbox)} {}

    /// The answer to a request, from a legacy client unless `params` hold `_meta`.
    boost::json::value ask(const std::string& method, const std::string& params = "") {
        stream->receive(request(std::to_string(++last_id), method, params));
        example.run();
        return parsed(outbox->responses.back());
    }
    boost::json::value result(const std::string& method, const std::string& params = "") {
        auto answer = ask(method, params);
        const auto* result = answer.as_object().if_contains("result");
        return result ? *result : boost::json::value{};
    }
    std::int64_t code(const std::string& method, const std::string& params = "") {
        ask(method, params);
        return code_of(outbox->responses.back());
    }

    int last_id = 0;
    std::shared_ptr<CountedTurns> turns = std::make_shared<CountedTurns>();
    std::shared_ptr<RecordingOutbox> outbox = std::make_shared<RecordingOutbox>();
    ExampleServer example;
    std::shared_ptr<Stream> stream;
};

inline std::string with_meta(const std::string& params = "") {
    return params.empty() ? modern_meta() : params + "," + modern_meta();
}

}  // namespace flux::mcp
