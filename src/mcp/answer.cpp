#include "mcp/answer.hpp"

#include "json/writer.hpp"
#include "mcp/one_line.hpp"

namespace flux::mcp {

void write_answer(std::string& out, const Id& id, const RequestScope& scope, const Answer& answer) {
    const auto begin = out.size();
    json::Writer writer{out};
    writer.object().key("jsonrpc").string("2.0").key("id").raw(id.json).key("result").object();
    if (!answer.members.empty()) writer.raw(answer.members);
    if (scope.marks_keeping && answer.keep_for) {
        // Lists and readings may depend on who asks, so no cache may share them.
        writer.key("ttlMs").integer(answer.keep_for->count()).key("cacheScope").string("private");
    }
    if (!answer.meta.empty() || answer.type != "complete") {
        writer.key("resultType").string(answer.type).key("_meta").object();
        if (!answer.meta.empty()) writer.raw(answer.meta);
        writer.raw(scope.result_meta).end_object();
    } else if (!scope.result_marks.empty()) {
        writer.raw(scope.result_marks);
    }
    writer.end_object().end_object();
    make_one_line(out, begin);
}

}  // namespace flux::mcp
