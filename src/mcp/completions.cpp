#include "mcp/completions.hpp"

#include <algorithm>
#include <utility>

#include "json/writer.hpp"

namespace flux::mcp {

namespace {

constexpr std::size_t most_values = 100;

Answer completed(const Completion& completion) {
    Answer answer;
    const auto shown = std::min(completion.values.size(), most_values);
    json::Writer writer{answer.members};
    writer.key("completion").object().key("values").array();
    for (std::size_t i = 0; i < shown; ++i) writer.string(completion.values[i]);
    writer.end_array();
    if (completion.total) writer.key("total").integer(*completion.total);
    writer.key("hasMore").boolean(completion.has_more || shown < completion.values.size());
    writer.end_object();
    return answer;
}

async::Task<Answered> ask(Completer completer, CompletionQuery query, std::shared_ptr<Call> call) {
    const auto completion = co_await completer(std::move(query), std::move(call));
    if (!completion) co_return tl::unexpected{wire_error(completion.error())};
    co_return completed(*completion);
}

tl::expected<NamedTexts, WireError> settled(json::Raw arguments) {
    NamedTexts texts;
    for (json::Members member{arguments}; member.next();) {
        auto text = member.value().string();
        if (!text) return tl::unexpected{invalid_params("`params.context.arguments` may hold strings only.")};
        texts.set(std::string{member.name()}, *std::move(text));
    }
    return texts;
}

}  // namespace

tl::expected<CompletionRequest, WireError> CompletionRequest::read(json::Raw params) {
    const auto reference = params.member("ref");
    const auto type = reference.member("type").string();
    CompletionRequest request;
    if (type == "ref/prompt") {
        request.kind = Kind::prompt;
    } else if (type == "ref/resource") {
        request.kind = Kind::resource;
    } else {
        return tl::unexpected{invalid_params("`params.ref.type` has to be \"ref/prompt\" or \"ref/resource\".")};
    }
    auto named = reference.member(request.kind == Kind::prompt ? "name" : "uri").string();
    if (!named) return tl::unexpected{invalid_params("`params.ref` has to hold the prompt's `name` or the `uri`.")};
    const auto argument = params.member("argument");
    auto name = argument.member("name").string();
    auto value = argument.member("value").string();
    if (!name || !value) return tl::unexpected{invalid_params("`params.argument` has to hold `name` and `value`.")};
    auto arguments = settled(params.member("context").member("arguments"));
    if (!arguments) return tl::unexpected{std::move(arguments.error())};
    request.reference = *std::move(named);
    request.argument = *std::move(name);
    request.query = {*std::move(value), *std::move(arguments)};
    return request;
}

std::shared_ptr<RunningCall> complete_argument(const Request& request, CompletionQuery query, Completer completer,
                                               CallSite site, const CallRules& rules) {
    if (!completer) {
        answer(site.reply, request.id, site.scope, Answered{completed({})});
        return nullptr;
    }
    auto make = [completer = std::move(completer), query = std::move(query)](std::shared_ptr<Call> call) {
        return ask(completer, query, std::move(call));
    };
    return start_call(request, request.method, std::move(site), rules, std::move(make));
}

}  // namespace flux::mcp
