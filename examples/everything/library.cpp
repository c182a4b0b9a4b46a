#include "library.hpp"

#include <memory>
#include <string>
#include <utility>

#include "async/timer.hpp"
#include "content_tools.hpp"
#include "json/raw.hpp"

namespace flux::everything {

namespace {

using mcp::Call;
using mcp::Content;
using mcp::NamedTexts;
using mcp::PromptText;
using mcp::ResourceReading;

async::Task<Result<ResourceReading>> reading(mcp::ResourceContents contents) {
    ResourceReading result;
    result.contents.push_back(std::move(contents));
    co_return result;
}

mcp::Resource fixed(std::string uri, std::string name, std::string description, mcp::ResourceContents contents) {
    mcp::Resource resource;
    resource.uri = std::move(uri);
    resource.name = std::move(name);
    resource.description = std::move(description);
    resource.mime_type = contents.mime_type;
    resource.keep_for = std::chrono::seconds{60};
    resource.read = [contents = std::move(contents)](mcp::ResourceAddress, std::shared_ptr<Call>) {
        return reading(contents);
    };
    return resource;
}

/// Changes every three seconds, for who watches.
class Ticks final : public mcp::ChangeFeed {
public:
    async::Task<bool> next() override {
        auto pause = async::sleep_for(std::chrono::seconds{3});
        co_await std::move(pause);
        co_return true;
    }
};

async::Task<Result<PromptText>> one_message(Content content) {
    PromptText text;
    text.messages.push_back({std::move(content)});
    co_return text;
}

async::Task<Result<PromptText>> embed(std::string uri) {
    PromptText text;
    text.messages.push_back({Content::resource(uri, "text/plain", "Embedded resource content for testing.")});
    text.messages.push_back({Content::text("Please process the embedded resource above.")});
    co_return text;
}

async::Task<Result<PromptText>> show_image() {
    PromptText text;
    text.messages.push_back({Content::image(one_red_pixel(), "image/png")});
    text.messages.push_back({Content::text("Please analyze the image above.")});
    co_return text;
}

/// Asks for what it is about, then says it.
async::Task<Result<PromptText>> with_context(std::shared_ptr<Call> call) {
    PromptText text;
    const auto* given = call->input("user_context");
    const auto context =
        given != nullptr ? json::Raw{*given}.member("content").member("context").string() : std::nullopt;
    if (!context) {
        text.needs.emplace().requests.push_back(
            {"user_context", mcp::InputRequest::Kind::elicitation,
             R"({"message":"What context should the prompt use?","requestedSchema":{"type":"object",)"
             R"("properties":{"context":{"type":"string"}},"required":["context"]}})"});
        co_return text;
    }
    text.messages.push_back({Content::text("Use this context: " + *context)});
    co_return text;
}

async::Task<Result<mcp::Completion>> suggest(mcp::CompletionQuery query) {
    mcp::Completion completion;
    for (const auto* word : {"paris", "park", "party"}) {
        if (std::string_view{word}.starts_with(query.value)) completion.values.emplace_back(word);
    }
    completion.total = static_cast<std::int64_t>(completion.values.size());
    co_return completion;
}

}  // namespace

void add_resources(mcp::Catalog& catalog) {
    auto& resources = catalog.resources;
    resources.push_back(fixed("test://static-text", "static-text", "A text.",
                              {.data = "This is the content of the static text resource.", .mime_type = "text/plain"}));
    resources.push_back(fixed("test://static-binary", "static-binary", "A picture.",
                              {.data = std::string{one_red_pixel()}, .mime_type = "image/png", .binary = true}));

    auto watched = fixed("test://watched-resource", "watched-resource", "Changes every three seconds.",
                         {.data = "Watched resource content", .mime_type = "text/plain"});
    watched.keep_for = std::chrono::milliseconds{0};
    watched.watch = [](const mcp::ResourceAddress&, const admission::Visitor&) { return std::make_unique<Ticks>(); };
    resources.push_back(std::move(watched));

    mcp::Resource data;
    data.uri = "test://template/{id}/data";
    data.name = "template-data";
    data.description = "The data of any id.";
    data.mime_type = "application/json";
    data.read = [](mcp::ResourceAddress address, std::shared_ptr<Call>) {
        mcp::ResourceContents contents;
        contents.data = R"({"id":")" + address.variables.get("id") + R"(","data":"Data for this id"})";
        return reading(std::move(contents));
    };
    resources.push_back(std::move(data));
}

void add_prompts(mcp::Catalog& catalog) {
    auto& prompts = catalog.prompts;
    mcp::Prompt simple{.name = "test_simple_prompt", .description = "A prompt without arguments."};
    simple.get = [](NamedTexts, std::shared_ptr<Call>) {
        return one_message(Content::text("This is a simple prompt for testing."));
    };
    prompts.push_back(std::move(simple));

    mcp::Prompt filled{.name = "test_prompt_with_arguments", .description = "A prompt with two arguments."};
    filled.arguments = {{.name = "arg1", .description = "The first.", .required = true},
                        {.name = "arg2", .description = "The second.", .required = true}};
    filled.arguments[0].complete = [](mcp::CompletionQuery query, std::shared_ptr<Call>) {
        return suggest(std::move(query));
    };
    filled.get = [](NamedTexts arguments, std::shared_ptr<Call>) {
        return one_message(Content::text("Prompt with arguments: arg1='" + arguments.get("arg1") + "', arg2='" +
                                         arguments.get("arg2") + "'"));
    };
    prompts.push_back(std::move(filled));

    mcp::Prompt embedded{.name = "test_prompt_with_embedded_resource", .description = "A prompt with a resource."};
    embedded.arguments = {{.name = "resourceUri", .description = "Of the resource.", .required = true}};
    embedded.get = [](NamedTexts arguments, std::shared_ptr<Call>) { return embed(arguments.get("resourceUri")); };
    prompts.push_back(std::move(embedded));

    mcp::Prompt image{.name = "test_prompt_with_image", .description = "A prompt with a picture."};
    image.get = [](NamedTexts, std::shared_ptr<Call>) { return show_image(); };
    prompts.push_back(std::move(image));

    mcp::Prompt asking{.name = "test_input_required_result_prompt", .description = "A prompt that asks first."};
    asking.get = [](NamedTexts, std::shared_ptr<Call> call) { return with_context(std::move(call)); };
    prompts.push_back(std::move(asking));
}

}  // namespace flux::everything
