#include "mcp/progress.hpp"

#include <cmath>

#include "json/writer.hpp"

namespace flux::mcp {

Progress::Progress(const RequestScope& scope, const Clock& clock, std::chrono::milliseconds interval)
    : token_{scope.progress_token}, messages_{scope.progress_messages()}, clock_{clock}, interval_{interval} {}

void Progress::tell(Reply& reply, double done, std::optional<double> total, std::string_view message) {
    if (token_.empty() || !reply.is_open() || !std::isfinite(done)) return;
    if (last_ && done <= *last_) return;
    const auto now = clock_.steady_now();
    if (last_ && now - told_at_ < interval_) return;
    if (reply.congested()) return;
    last_ = done;
    told_at_ = now;

    std::string params;
    json::Writer writer{params};
    writer.object().key("progressToken").raw(token_).key("progress").number(done);
    if (total && std::isfinite(*total)) writer.key("total").number(*total);
    if (messages_ && !message.empty()) writer.key("message").string(message);
    writer.end_object();
    auto& text = message_buffer();
    write_notification(text, "notifications/progress", params);
    reply.notify(text);
}

}  // namespace flux::mcp
