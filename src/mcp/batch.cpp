#include "mcp/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mcp/codec.hpp"
#include "mcp/stateless.hpp"

namespace flux::mcp {

namespace {

constexpr std::size_t most_messages = 100;

/// Why `message` may not stand in a batch.
std::optional<WireError> misplaced(const Message& message) {
    const auto* request = std::get_if<Request>(&message);
    const auto* notification = std::get_if<Notification>(&message);
    if (request && request->method == "initialize") return invalid_request("`initialize` may not be part of a batch.");
    if ((request && Stateless::is_claimed_by(request->meta)) ||
        (notification && Stateless::is_claimed_by(notification->meta))) {
        return invalid_request("The revision that a message of this batch names has no batches.");
    }
    return {};
}

}  // namespace

tl::expected<std::vector<Message>, WireError> read_batch(json::Raw array) {
    std::vector<Message> messages;
    for (json::Elements element{array}; element.next();) {
        if (messages.size() == most_messages) {
            return tl::unexpected{invalid_request(fmt::format("A batch may hold {} messages at most.", most_messages))};
        }
        auto message = read_message(element.value());
        if (!message) {
            auto error = std::move(message.error().error);
            error.code = invalid_request("").code;
            error.http_status = 400;
            return tl::unexpected{std::move(error)};
        }
        if (auto error = misplaced(*message)) return tl::unexpected{*std::move(error)};
        messages.push_back(*std::move(message));
    }
    if (messages.empty()) return tl::unexpected{invalid_request("A batch may not be empty.")};
    return messages;
}

std::size_t requests_in(const std::vector<Message>& messages) {
    const auto is_request = [](const Message& message) { return std::holds_alternative<Request>(message); };
    return static_cast<std::size_t>(std::count_if(messages.begin(), messages.end(), is_request));
}

Batch::Batch(ReplyPath path, std::size_t requests, bool exchange)
    : path_{std::move(path)}, open_{requests}, exchange_{exchange} {}

void Batch::finish(std::string_view message) {
    if (!message.empty()) {
        answers_ += answers_.empty() ? '[' : ',';
        answers_ += message;
    }
    if (--open_ > 0) return;
    if (answers_.empty()) return path_.end(exchange_);
    answers_ += ']';
    path_.respond(answers_, {});
}

}  // namespace flux::mcp
